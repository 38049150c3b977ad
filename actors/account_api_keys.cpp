#include "actors/account_jobs.hpp"
#include "actors/accounts.hpp"
#include "persistence/queries/api_keys.hpp"

#include <utility>

/// Keys for programs.
namespace atelier {
namespace {

constexpr std::int32_t keys_max = 50; ///< of one user

} // namespace

void accounts::create_api_key(user_id user, std::string name, scopes may, std::optional<instant> expires_at,
                              const callback<new_api_key>& answer) {
    run<new_api_key>(general_, answer,
                     [this, user, name = std::move(name), may,
                      expires_at](pg::connection& database) -> outcome<new_api_key> {
                         auto token = new_bearer_token(random_, token_kind::api_key);
                         api_key_record key;
                         key.digest = digest_of(token, token_kind::api_key).value().hex();
                         key.user = user;
                         key.name = name;
                         key.may = may;
                         key.expires_at = expires_at;
                         key.created_at = clock_.now();
                         auto added = queries::insert_api_key(database, key, keys_max);
                         if (!added)
                             return std::move(added).error();
                         return new_api_key{std::move(token), *std::move(added)};
                     });
}

void accounts::list_api_keys(user_id user, const callback<std::vector<api_key_record>>& answer) {
    run<std::vector<api_key_record>>(general_, answer, [user](pg::connection& database) {
        return queries::list_api_keys(database, user);
    });
}

void accounts::delete_api_key(user_id user, api_key_id key, const callback<done>& answer) {
    run<done>(general_, answer, [this, user, key](pg::connection& database) -> status {
        const auto ended = queries::delete_api_key(database, user, key);
        if (!ended)
            return ended.error();
        if (!*ended)
            return errc::not_found;
        if (const auto digest = digest_from_hex(**ended))
            sessions_.remove(*digest);
        return done{};
    });
}

outcome<principal> accounts::load_api_key(pg::connection& database, const token_digest& digest) {
    const auto ticket = sessions_.begin(digest);
    const auto now = clock_.now();
    const auto found = queries::find_api_key(database, digest.hex(), now);
    if (!found)
        return found.error();
    if (!*found)
        return errc::unauthenticated;
    const auto& key = **found;
    const principal who{key.user, key.may};
    const auto ends_at = key.expires_at.value_or(instant::max());
    sessions_.insert(digest, {who, ends_at, key.last_used_at.value_or(key.created_at), ends_at, {}}, ticket);
    return who;
}

/// As of a session.
void accounts::touch_api_key(const token_digest& digest, instant at) {
    static_cast<void>(general_.submit([hex = digest.hex(), at](outcome<pg::connection*> database) {
        if (database)
            static_cast<void>(queries::touch_api_key(**database, hex, at));
    }));
}

} // namespace atelier
