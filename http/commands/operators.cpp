#include "persistence/queries/operators.hpp"

#include "actors/credentials.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/views.hpp"
#include "http/commands/command.hpp"
#include "http/commands/options.hpp"
#include "http/commands/recorded.hpp"

#include <cstdio>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier operator create NAME [--days N]    make an operator, and print the token for the operator's listener
  atelier operator list                      who there is
  atelier operator revoke NAME               end an operator, and the token
  atelier operator actions [--operator NAME] [--limit N]
                                             the audit log, newest first (100)
)";

constexpr std::int32_t actions_shown = 100;

/// Letters, digits, dots, dashes and underscores: it is read in logs.
bool is_name(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !text.empty() && text.size() <= 64 && text.find_first_not_of(allowed) == std::string_view::npos;
}

status create(pg::connection& database, const std::string& name, std::optional<std::int32_t> days) {
    if (!is_name(name))
        return failure{errc::validation_failed,
                       "a name has up to 64 letters, digits, dots, dashes and underscores"};
    system_random random;
    const auto token = new_bearer_token(random, token_kind::operator_);
    operator_record added;
    added.name = name;
    added.digest = digest_of(token, token_kind::operator_).value().hex();
    added.created_at = system_clock{}.now();
    if (days)
        added.expires_at = added.created_at + std::chrono::days{*days};
    const auto made = recorded(database, "operator create", name, [&]() -> outcome<std::string> {
        const auto inserted = queries::insert_operator(database, added);
        if (inserted)
            return std::string{"created"};
        return inserted.error().code == errc::state_conflict
                   ? failure{errc::state_conflict, "there is an operator of that name; revoke it first"}
                   : inserted.error();
    });
    if (!made)
        return made.error();
    std::printf("%s\n", token.c_str());
    std::fprintf(stderr, "created operator %s; the token stands above, and nowhere else\n", name.c_str());
    return done{};
}

status list(pg::connection& database) {
    const auto all = queries::list_operators(database);
    if (!all)
        return all.error();
    for (const auto& o : *all)
        std::printf("%-24s created %s, expires %s\n", o.name.c_str(), to_iso8601(o.created_at).c_str(),
                    o.expires_at ? to_iso8601(*o.expires_at).c_str() : "never");
    return done{};
}

status revoke(pg::connection& database, const std::string& name) {
    const auto ended = recorded(database, "operator revoke", name, [&]() -> outcome<std::string> {
        const auto deleted = queries::delete_operator(database, name);
        if (deleted)
            return std::string{"revoked"};
        return deleted.error().code == errc::not_found
                   ? failure{errc::not_found, "there is no operator of that name"}
                   : deleted.error();
    });
    if (!ended)
        return ended.error();
    std::printf("revoked operator %s\n", name.c_str());
    return done{};
}

status show_actions(pg::connection& database, const std::string& who, std::int32_t limit) {
    const auto page = queries::list_actions(database, who, {}, limit);
    if (!page)
        return page.error();
    for (const auto& a : page->data)
        std::printf("%s  %-20s %s%s%s -> %s\n", to_iso8601(a.begun_at).c_str(), a.who.c_str(),
                    a.action.c_str(), a.detail.empty() ? "" : " ", a.detail.c_str(),
                    a.outcome.empty() ? "unknown" : a.outcome.c_str());
    return done{};
}

using job = std::function<status(pg::connection&)>;

std::optional<job> read(const arguments& rest) {
    const auto words = parse_words(rest, {"days", "operator", "limit"});
    if (!words || words->words.empty())
        return std::nullopt;
    const auto& w = words->words;
    const auto number = [&](const std::string& name) {
        return positive_number<std::int32_t>(words->option(name).value_or(""));
    };
    const bool plain = words->options.empty();
    const bool only_days = plain || (words->options.size() == 1 && number("days"));
    const bool no_days = !words->option("days") && (!words->option("limit") || number("limit"));
    if (w[0] == "create" && w.size() == 2 && only_days)
        return [name = w[1], days = number("days")](auto& database) { return create(database, name, days); };
    if (w[0] == "list" && w.size() == 1 && plain)
        return [](auto& database) { return list(database); };
    if (w[0] == "revoke" && w.size() == 2 && plain)
        return [name = w[1]](auto& database) { return revoke(database, name); };
    if (w[0] == "actions" && w.size() == 1 && no_days)
        return [who = words->option("operator").value_or(""),
                limit = number("limit").value_or(actions_shown)](auto& database) {
            return show_actions(database, who, limit);
        };
    return std::nullopt;
}

} // namespace

int operators(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto wanted = read(call->rest);
    if (!wanted) {
        complain("wrong arguments; `atelier operator --help` explains");
        return misused;
    }
    return on_database(call->config, *wanted);
}

} // namespace atelier::commands
