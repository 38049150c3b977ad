#include "http/commands/api_keys.hpp"

#include "actors/credentials.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/views.hpp"
#include "http/commands/recorded.hpp"
#include "persistence/queries/api_keys.hpp"

#include <cinttypes>
#include <cstdio>
#include <limits>

namespace atelier::commands {
namespace {

status create(pg::connection& database, const user_record& user, const std::string& name, scopes may,
              std::optional<std::int32_t> days) {
    system_random random;
    const auto token = new_bearer_token(random, token_kind::api_key);
    api_key_record key;
    key.digest = digest_of(token, token_kind::api_key).value().hex();
    key.user = user.id;
    key.name = name;
    key.may = may;
    key.created_at = system_clock{}.now();
    if (days)
        key.expires_at = key.created_at + std::chrono::days{*days};
    const auto made =
        recorded(database, "user api-key create", "user " + std::to_string(user.id.value) + ", " + may.text(),
                 [&]() -> outcome<std::string> {
                     // Whoever may do this may do it however many keys there are.
                     const auto added =
                         queries::insert_api_key(database, key, std::numeric_limits<std::int32_t>::max());
                     if (!added)
                         return added.error();
                     return "key " + std::to_string(added->id.value);
                 });
    if (!made)
        return made.error();
    std::printf("%s\n", token.c_str());
    std::fprintf(stderr, "created %s; its token stands above, and nowhere else\n", made->c_str());
    return done{};
}

std::string text_of(const std::optional<instant>& time) {
    return time ? to_iso8601(*time) : "never";
}

status list(pg::connection& database, const user_record& user) {
    const auto all = queries::list_api_keys(database, user.id);
    if (!all)
        return all.error();
    for (const auto& key : *all)
        std::printf("%" PRId64 "  %-24s %-18s created %s, expires %s, last used %s\n", key.id.value,
                    key.name.c_str(), key.may.text().c_str(), to_iso8601(key.created_at).c_str(),
                    text_of(key.expires_at).c_str(), text_of(key.last_used_at).c_str());
    return done{};
}

status revoke(pg::connection& database, const user_record& user, api_key_id key) {
    const auto number = std::to_string(key.value);
    const auto ended =
        recorded(database, "user api-key revoke", "user " + std::to_string(user.id.value) + ", key " + number,
                 [&]() -> outcome<std::string> {
                     const auto deleted = queries::delete_api_key(database, user.id, key);
                     if (!deleted)
                         return deleted.error();
                     if (!*deleted)
                         return failure{errc::not_found, "the user has no such key"};
                     return "revoked key " + number;
                 });
    if (!ended)
        return ended.error();
    std::printf("%s\n", ended->c_str());
    return done{};
}

} // namespace

std::optional<std::function<status(pg::connection&, const user_record&)>>
api_key_job(const parsed_words& words) {
    using database = pg::connection&;
    using owner = const user_record&;
    const auto& w = words.words;
    const auto count = w.size();
    const std::string what = count > 2 ? w[1] : "";
    if (what == "create" && count == 4 && !w[3].empty()) {
        const auto may = scopes::of_key(words.option("scopes").value_or("read generate"));
        const auto days = words.option("days");
        const auto number = days ? positive_number<std::int32_t>(*days) : std::nullopt;
        if (!may || (days && !number))
            return std::nullopt;
        return [name = w[3], may = *may, number](database d, owner user) {
            return create(d, user, name, may, number);
        };
    }
    if (what == "list" && count == 3 && words.options.empty())
        return [](database d, owner user) { return list(d, user); };
    const auto id = count == 4 ? positive_number<std::int64_t>(w[3]) : std::nullopt;
    if (what == "revoke" && id && words.options.empty())
        return [key = api_key_id{*id}](database d, owner user) { return revoke(d, user, key); };
    return std::nullopt;
}

} // namespace atelier::commands
