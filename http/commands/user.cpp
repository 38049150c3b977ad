#include "actors/domain/random.hpp"
#include "actors/domain/wallet.hpp"
#include "actors/mail/address.hpp"
#include "actors/passwords.hpp"
#include "http/commands/api_keys.hpp"
#include "http/commands/command.hpp"
#include "http/commands/options.hpp"
#include "http/commands/recorded.hpp"
#include "persistence/migrate.hpp"
#include "persistence/pg_committer.hpp"
#include "persistence/queries/accounts.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/ids.hpp"
#include "persistence/queries/management_users.hpp"

#include <fmt/format.h>

#include <cinttypes>
#include <cstdio>
#include <future>
#include <iostream>
#include <unistd.h>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier user create EMAIL          make a confirmed user; the password is read from standard input
  atelier user show EMAIL            id, confirmation, balance, and whether it is blocked
  atelier user find PREFIX           users whose address begins so, newest first (20)
  atelier user block EMAIL REASON    end all sessions and API keys of a user, in a running service, too
  atelier user unblock EMAIL
  atelier user grant EMAIL TOKENS [DAYS]
                                     give tokens that expire after DAYS days (90)
  atelier user api-key create EMAIL NAME [--scopes "read generate"] [--days N]
                                     make a key for a program, and print it; "pay" is the third scope
  atelier user api-key list EMAIL    the user's keys
  atelier user api-key revoke EMAIL ID
)";

constexpr std::int32_t grant_days = 90;

outcome<user_record> find(pg::connection& database, const std::string& email) {
    auto user = queries::find_user_by_email(database, normalized_email(email));
    if (!user)
        return user.error();
    if (!*user)
        return failure{errc::not_found, "there is no user with that address"};
    return std::move(**user);
}

status printed(const outcome<std::string>& what) {
    if (!what)
        return what.error();
    std::printf("%s\n", what->c_str());
    return done{};
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
    const auto made = recorded(database, "user create", "", [&]() -> outcome<std::string> {
        const auto id = queries::insert_user(database, added, std::nullopt);
        if (id)
            return "created user " + std::to_string(id->value);
        return id.error().code == errc::state_conflict
                   ? failure{errc::state_conflict, "that address is taken"}
                   : id.error();
    });
    return printed(made);
}

status show(pg::connection& database, const user_record& user) {
    const auto found = queries::get_managed_user(database, user.id, system_clock{}.now());
    if (!found)
        return found.error();
    std::printf("id %" PRId64 ", %s, balance %" PRId64 " tokens\n", user.id.value,
                user.confirmed_at ? "confirmed" : "not confirmed", found->balance);
    if (found->blocked_at)
        std::printf("blocked: %s\n", found->blocked_for.c_str());
    return done{};
}

status find_all(pg::connection& database, const std::string& prefix) {
    constexpr std::int32_t shown = 20;
    const auto found = queries::find_users(database, prefix, {}, shown, system_clock{}.now());
    if (!found)
        return found.error();
    for (const auto& u : found->data)
        std::printf("%10" PRId64 "  %s%s\n", u.id.value, u.email.c_str(), u.blocked_at ? "  blocked" : "");
    return done{};
}

status block(pg::connection& database, const user_record& user, const std::string& reason) {
    const auto detail = fmt::format("user {}", user.id.value);
    return printed(recorded(database, "user block", detail, [&]() -> outcome<std::string> {
        const auto blocked = queries::block_user(database, user.id, reason, system_clock{}.now());
        if (!blocked)
            return blocked.error();
        return "blocked " + detail;
    }));
}

status unblock(pg::connection& database, const user_record& user) {
    const auto detail = fmt::format("user {}", user.id.value);
    return printed(recorded(database, "user unblock", detail, [&]() -> outcome<std::string> {
        const auto unblocked = queries::unblock_user(database, user.id);
        if (!unblocked)
            return unblocked.error();
        return "unblocked " + detail;
    }));
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
outcome<std::string> commit_grant(pg::connection& database, const workplace& place, user_id user,
                                  tokens amount, std::int32_t days) {
    const auto package = queries::get_origin_package(database, "grant");
    if (!package)
        return package.error();
    direct_ids ids{database};
    const auto now = system_clock{}.now();
    auto changes = wallet::decide_credit(user, operation::grant, package->id, amount, now,
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
    return "granted " + std::to_string(amount) + " tokens to user " + std::to_string(user.value);
}

status grant(pg::connection& database, const workplace& place, const user_record& user, tokens amount,
             std::int32_t days) {
    return printed(recorded(database, "user grant",
                            fmt::format("user {}, {} tokens for {} days", user.id.value, amount, days),
                            [&] { return commit_grant(database, place, user.id, amount, days); }));
}

/// What is to be done with a user that is there.
using job = std::function<status(pg::connection&, const workplace&, const user_record&)>;

std::optional<job> read(const parsed_words& words) {
    const auto& w = words.words;
    if (!w.empty() && w[0] == "api-key") {
        const auto keys = api_key_job(words);
        if (!keys)
            return std::nullopt;
        return [keys = *keys](auto& database, auto&, auto& user) { return keys(database, user); };
    }
    if (!words.options.empty())
        return std::nullopt;
    if (w.size() == 2 && w[0] == "show")
        return [](auto& database, auto&, auto& user) { return show(database, user); };
    if (w.size() == 3 && w[0] == "block" && !w[2].empty())
        return [reason = w[2]](auto& database, auto&, auto& user) { return block(database, user, reason); };
    if (w.size() == 2 && w[0] == "unblock")
        return [](auto& database, auto&, auto& user) { return unblock(database, user); };
    const auto amount = w.size() >= 3 ? positive_number<tokens>(w[2]) : std::nullopt;
    const auto days = w.size() == 4 ? positive_number<std::int32_t>(w[3]) : grant_days;
    if ((w.size() == 3 || w.size() == 4) && w[0] == "grant" && amount && days)
        return [amount = *amount, days = *days](auto& database, auto& place, auto& user) {
            return grant(database, place, user, amount, days);
        };
    return std::nullopt;
}

} // namespace

int user(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto words = parse_words(call->rest, {"scopes", "days"});
    const auto is = [&words](std::string_view name) {
        return words && words->options.empty() && words->words.size() == 2 && words->words[0] == name;
    };
    const bool creates = is("create");
    const bool finds = is("find");
    const auto wanted = words && !creates && !finds ? read(*words) : std::nullopt;
    if (!creates && !finds && !wanted) {
        complain("wrong arguments; `atelier user --help` explains");
        return misused;
    }
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto result = database ? check_schema(*database) : status{database.error()};
    if (result && creates) {
        result = create(*database, call->config, words->words[1]);
    } else if (result && finds) {
        result = find_all(*database, words->words[1]);
    } else if (result) {
        const auto user = find(*database, words->words[words->words[0] == "api-key" ? 2 : 1]);
        result = user ? (*wanted)(*database, *place, *user) : status{user.error()};
    }
    if (!result) {
        complain(result.error().detail);
        return failed;
    }
    return success;
}

} // namespace atelier::commands
