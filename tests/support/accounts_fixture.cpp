#include "tests/support/accounts_fixture.hpp"

#include "persistence/migrate.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <barrier>
#include <fstream>
#include <iterator>
#include <thread>

namespace atelier::test {
namespace {

pg::connect_options reach(const std::string& conninfo) {
    pg::connect_options options;
    options.conninfo = conninfo;
    return options;
}

pg::connection connected(const std::string& conninfo) {
    auto opened = pg::connection::open(reach(conninfo));
    if (!opened)
        throw std::runtime_error{opened.error().detail};
    return *std::move(opened);
}

/// A copy of a database that is migrated once.
std::string migrated_database() {
    static const std::string origin = [] {
        auto made = fresh_database();
        auto database = connected(made);
        if (const auto migrated = migrate(database); !migrated)
            throw std::runtime_error{migrated.error().detail};
        return made;
    }();
    return copy_of(origin);
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// "20261123T100000Z-17.eml"
long long number_of(const std::filesystem::path& file) {
    const auto name = file.filename().string();
    return std::stoll(name.substr(name.find('-') + 1));
}

} // namespace

void at_once(const std::function<void()>& one, const std::function<void()>& other) {
    std::barrier start{2};
    std::thread thread{[&] {
        start.arrive_and_wait();
        one();
    }};
    start.arrive_and_wait();
    other();
    thread.join();
}

accounts_settings cheap_accounts() {
    accounts_settings settings;
    settings.bcrypt_cost = 5;
    settings.attempts_per_address = 0;
    settings.failures_max = 0;
    return settings;
}

std::string token_in(const read_mail& mail) {
    const auto& text = mail.parts.at(0).text;
    auto token = word_after(text, "/confirm?token=");
    return token.empty() ? word_after(text, "/reset-password?token=") : token;
}

accounts_fixture::accounts_fixture()
    : conninfo{migrated_database()}, people{{hashing, general, sessions, time, random},
                                            {.settings = cheap_accounts(),
                                             .secret_key_base = "0123456789abcdef0123456789abcdef",
                                             .base_url = [] { return "http://localhost:8080/"; },
                                             .on_mail_queued = [this] { ++mails_queued; }}},
      delivery{{.from = mail_sender::parse("Ателье <no-reply@localhost>").value()}, mailbox, time, random},
      database{connected(conninfo)}, observer_{PQconnectdb(conninfo.c_str()), PQfinish} {}

accounts_fixture::~accounts_fixture() {
    hashing.stop();
    general.stop();
}

pool_options accounts_fixture::options(std::size_t connections) const {
    return {.database = reach(conninfo), .connections = connections};
}

outcome<done> accounts_fixture::sign_up(const std::string& email, const std::string& password,
                                        mail_language language) {
    return answer_of<done>(
        [&](auto answer) { people.sign_up({.language = language}, email, password, std::move(answer)); });
}

outcome<done> accounts_fixture::resend(const std::string& email) {
    return answer_of<done>([&](auto answer) { people.resend_confirmation({}, email, std::move(answer)); });
}

outcome<user_record> accounts_fixture::confirm(const std::string& token) {
    return answer_of<user_record>([&](auto answer) { people.confirm(token, std::move(answer)); });
}

outcome<accounts::signed_in> accounts_fixture::sign_in(const std::string& email, const std::string& password,
                                                       bool remember) {
    return answer_of<accounts::signed_in>(
        [&](auto answer) { people.sign_in({}, email, password, remember, std::move(answer)); });
}

outcome<principal> accounts_fixture::authenticate(const std::string& token) {
    return answer_of<principal>([&](auto answer) { people.authenticate(token, std::move(answer)); });
}

outcome<done> accounts_fixture::sign_out(const std::string& token) {
    return answer_of<done>([&](auto answer) { people.sign_out(token, std::move(answer)); });
}

outcome<user_record> accounts_fixture::me(user_id user) {
    return answer_of<user_record>([&](auto answer) { people.me(user, std::move(answer)); });
}

outcome<done> accounts_fixture::request_reset(const std::string& email) {
    return answer_of<done>([&](auto answer) { people.request_reset({}, email, std::move(answer)); });
}

outcome<done> accounts_fixture::reset(const std::string& token, const std::string& password) {
    return answer_of<done>(
        [&](auto answer) { people.reset_password({}, token, password, std::move(answer)); });
}

outcome<done> accounts_fixture::change_password(user_id user, const std::string& token,
                                                const std::string& current, const std::string& password) {
    return answer_of<done>(
        [&](auto answer) { people.change_password(user, {}, token, current, password, std::move(answer)); });
}

outcome<done> accounts_fixture::change_email(user_id user, const std::string& email,
                                             const std::string& current) {
    return answer_of<done>(
        [&](auto answer) { people.change_email(user, {}, current, email, std::move(answer)); });
}

outcome<std::vector<std::string>> accounts_fixture::close(user_id user, const std::string& current) {
    return answer_of<std::vector<std::string>>(
        [&](auto answer) { people.close_account(user, {}, current, std::move(answer)); });
}

user_id accounts_fixture::confirmed_user(const std::string& email) {
    if (const auto accepted = sign_up(email); !accepted)
        throw std::runtime_error{accepted.error().detail};
    const auto user = confirm(value("SELECT confirmation_token FROM users WHERE email = '" + email + "'"));
    if (!user)
        throw std::runtime_error{user.error().detail};
    return user->id;
}

std::vector<read_mail> accounts_fixture::delivered_mails() {
    settle();
    for (bool more = true; more;) {
        const auto sent = delivery.deliver_due(database);
        if (!sent)
            throw std::runtime_error{sent.error().detail};
        more = sent->more;
    }
    std::vector<std::filesystem::path> files;
    if (std::filesystem::exists(place.path() / "mail"))
        for (const auto& entry : std::filesystem::directory_iterator{place.path() / "mail"})
            files.push_back(entry.path());
    std::ranges::sort(files, {}, number_of);
    std::vector<read_mail> mails;
    mails.reserve(files.size());
    for (const auto& file : files)
        mails.push_back(parse_mail(content_of(file)));
    return mails;
}

void accounts_fixture::settle() {
    const auto is_busy = [](connection_pool& pool) {
        const auto now = pool.read_counters();
        return now.depth + now.busy > 0;
    };
    while (is_busy(hashing) || is_busy(general))
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

std::string accounts_fixture::value(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(observer_.get(), sql.c_str()), PQclear};
    const auto state = PQresultStatus(result.get());
    if (state != PGRES_TUPLES_OK && state != PGRES_COMMAND_OK)
        throw std::runtime_error{PQerrorMessage(observer_.get())};
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

} // namespace atelier::test
