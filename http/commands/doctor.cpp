#include "actors/mail/make_transport.hpp"
#include "config/print.hpp"
#include "http/commands/command.hpp"
#include "persistence/blobs/disk.hpp"
#include "persistence/blobs/open_store.hpp"
#include "persistence/migrate.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier doctor                     check what the service needs, and say what to do
  atelier doctor --settings          list every setting: name, type, default, range, environment variable
  atelier doctor --effective         print the settings as they are now; secrets are not shown
)";

constexpr std::uintmax_t disk_needed = 256ULL * 1024 * 1024;
constexpr auto clock_tolerance = std::chrono::seconds{5};

/// Prints one line for each check and remembers whether all were good.
class report {
public:
    void add(std::string_view what, const status& found, std::string_view cure) {
        const auto mark = found ? "ok  " : "FAIL";
        std::printf("%s  %-14.*s %s\n", mark, static_cast<int>(what.size()), what.data(),
                    found ? "" : found.error().detail.c_str());
        if (!found)
            std::printf("      -> %.*s\n", static_cast<int>(cure.size()), cure.data());
        good_ = good_ && found;
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    bool good_ = true;
};

status check_space(const std::filesystem::path& where) {
    std::error_code error;
    const auto space = std::filesystem::space(where, error);
    if (error)
        return failure{errc::unavailable, error.message()};
    if (space.available < disk_needed)
        return failure{errc::unavailable, "less than 256 MiB are free"};
    return done{};
}

/// The database and this machine must agree on the time: expiry is decided here and recorded there.
status check_clock(pg::connection& database) {
    static constexpr pg::statement now{"doctor_now", "SELECT (now() AT TIME ZONE 'UTC')::timestamp(6)"};
    auto answer = database.query(now);
    if (!answer)
        return answer.error();
    instant theirs;
    (*answer)[0].read(theirs);
    const auto apart = std::chrono::abs(theirs - system_clock{}.now());
    if (apart > clock_tolerance)
        return failure{errc::unavailable,
                       "the database's clock is " + std::to_string(apart.count() / 1000) + " ms off"};
    return done{};
}

/// The image files, and the directory for copies of them.
void check_storage(const settings& config, report& all) {
    const bool elsewhere = config.images.store == "s3";
    const system_clock time;
    const auto storage = open_blob_store(config, time);
    all.add("storage", storage ? (*storage)->check() : status{storage.error()},
            elsewhere
                ? "look at the section s3, and at what its key may do: get, put, delete and list objects"
                : "make images.storage writable for the service's user");
    disk_store cache{image_cache_directory(config)};
    all.add("cache", cache.check(), "make `cache` in the state directory writable for the service's user");
}

/// That mails can leave, without sending one, and that their links lead somewhere.
void check_mail(const settings& config, report& all) {
    const bool elsewhere = config.mail.delivery == "smtp";
    all.add("mail", make_mail_transport(config)->check(),
            elsewhere ? "look at the section mail: host and port say where the server is, security how it is "
                        "spoken to, ca_file whose certificates count, user and password who signs in"
                      : "make the directory of the mails writable for the service's user");
    if (!elsewhere)
        return;
    const bool addressed = !config.http.base_url.empty();
    all.add("links",
            addressed ? status{done{}} : status{failure{errc::unavailable, "http.base_url is not set"}},
            "set it to the address that clients see: links in mails begin with it");
}

bool check_everything(const settings& config) {
    report all;
    all.add("configuration", done{}, "");
    auto place = open_workplace(config, var_directory::use::shared);
    all.add("state", place ? status{done{}} : status{place.error()},
            "look at the message; `var` must be writable, and PostgreSQL 15 installed or database.url set");
    if (!place)
        return false;
    all.add("disk", check_space(place->var.root()), "free some space, or point `var` to another disk");
    check_storage(config, all);
    auto database = connect(*place);
    all.add("database", database ? status{done{}} : status{database.error()},
            "check database.url and the server's log");
    if (database) {
        all.add("schema", check_schema(*database), "run `atelier migrate`");
        all.add("clock", check_clock(*database), "synchronise the clocks, e.g. with chrony");
    }
    check_mail(config, all);
    return all.good();
}

} // namespace

int doctor(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    if (call->rest == arguments{"--settings"}) {
        print_settings(std::cout);
        return success;
    }
    if (call->rest == arguments{"--effective"}) {
        print_effective(std::cout, call->config);
        return success;
    }
    if (!call->rest.empty()) {
        complain("wrong arguments; `atelier doctor --help` explains");
        return misused;
    }
    return check_everything(call->config) ? success : failed;
}

} // namespace atelier::commands
