#include "actors/domain/random.hpp"
#include "actors/domain/wallet.hpp"
#include "actors/mail/address.hpp"
#include "actors/passwords.hpp"
#include "http/commands/command.hpp"
#include "persistence/migrate.hpp"
#include "persistence/pg_committer.hpp"
#include "persistence/queries/accounts.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/ids.hpp"
#include "persistence/queries/wallets.hpp"

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <future>
#include <iostream>
#include <unistd.h>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier user create EMAIL          make a confirmed user; the password is read from standard input
  atelier user show EMAIL            id, confirmation and balance
  atelier user grant EMAIL TOKENS [DAYS]
                                     give tokens that expire after DAYS days (90)
)";

constexpr std::int32_t grant_days = 90;

std::optional<std::int32_t> number(std::string_view text) {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0)
        return std::nullopt;
    return value;
}

outcome<user_record> find(pg::connection& database, const std::string& email) {
    auto user = queries::find_user_by_email(database, normalized_email(email));
    if (!user)
        return user.error();
    if (!*user)
        return failure{errc::not_found, "there is no user with that address"};
    return std::move(**user);
}

status create(pg::connection& database, const settings& config, const std::string& email) {
    if (!mail_address::parse(normalized_email(email)))
        return failure{errc::validation_failed, "that is no e-mail address"};
    std::string password;
    std::getline(std::cin, password);
    if (const auto wrong = new_password_error(password))
        return failure{errc::validation_failed, "the password on standard input: " + wrong->detail};
    system_random random;
    const passwords hasher{rules_of(config.accounts), random};
    auto hash = hasher.hash(password);
    if (!hash)
        return hash.error();
    const auto now = system_clock{}.now();
    const queries::new_user added{normalized_email(email), std::move(*hash), "", now, now};
    const auto id = queries::insert_user(database, added, std::nullopt);
    if (!id)
        return id.error().code == errc::state_conflict
                   ? failure{errc::state_conflict, "that address is taken"}
                   : id.error();
    std::printf("created user %" PRId64 "\n", id->value);
    return done{};
}

status show(pg::connection& database, const std::string& email) {
    const auto user = find(database, email);
    if (!user)
        return user.error();
    const auto wallet = queries::load_wallet(database, user->id);
    if (!wallet)
        return wallet.error();
    std::printf("id %" PRId64 ", %s, balance %" PRId64 " tokens\n", user->id.value,
                user->confirmed_at ? "confirmed" : "not confirmed", wallet->balance);
    return done{};
}

/// Ids straight from the sequences, for a command that needs two.
class direct_ids final : public id_source {
public:
    explicit direct_ids(pg::connection& database) : database_{database} {}
    std::int64_t next(id_sequence sequence) override {
        const auto ids = queries::take_ids(database_, sequence, 1);
        return ids ? ids->front() : 0;
    }

private:
    pg::connection& database_;
};

/// A grant is a change set like any other; a running service notices it by its compare-and-set.
status grant(pg::connection& database, const workplace& place, const std::string& email, tokens amount,
             std::int32_t days) {
    const auto user = find(database, email);
    if (!user)
        return user.error();
    const auto package = queries::get_origin_package(database, "grant");
    if (!package)
        return package.error();
    direct_ids ids{database};
    const auto now = system_clock{}.now();
    auto changes = wallet::decide_credit(user->id, operation::grant, package->id, amount, now,
                                         now + std::chrono::days{days}, std::nullopt, ids);
    if (!changes)
        return changes.error();
    pg_committer_options options;
    options.database.conninfo = place.conninfo;
    options.writer = "tool/" + std::to_string(getpid());
    pg_committer committer{std::move(options)};
    std::promise<commit_result> settled;
    committer.commit({std::move(*changes)}, [&settled](commit_result r) { settled.set_value(std::move(r)); });
    const auto result = settled.get_future().get();
    if (!result.verdicts.front().committed())
        return failure{errc::unavailable, "the grant was not written: " + result.verdicts.front().detail};
    std::printf("granted %d tokens to user %" PRId64 "\n", amount, user->id.value);
    return done{};
}

} // namespace

int user(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto& rest = call->rest;
    const auto days = rest.size() == 4 ? number(rest[3]) : grant_days;
    const auto amount = rest.size() >= 3 ? number(rest[2]) : std::nullopt;
    const bool creates = rest.size() == 2 && rest[0] == "create";
    const bool shows = rest.size() == 2 && rest[0] == "show";
    const bool grants = (rest.size() == 3 || rest.size() == 4) && rest[0] == "grant" && amount && days;
    if (!creates && !shows && !grants) {
        complain("wrong arguments; `atelier user --help` explains");
        return misused;
    }
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto result = database ? check_schema(*database) : status{database.error()};
    if (result) {
        if (creates)
            result = create(*database, call->config, rest[1]);
        else if (shows)
            result = show(*database, rest[1]);
        else
            result = grant(*database, *place, rest[1], *amount, *days);
    }
    if (!result) {
        complain(result.error().detail);
        return failed;
    }
    return success;
}

} // namespace atelier::commands
