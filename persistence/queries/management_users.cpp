#include "persistence/queries/management_users.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr const char* select_user = R"(
    SELECT u.id, u.email, u.confirmed_at, b.blocked_at, coalesce(b.reason, ''), d.deleted_at,
        coalesce((SELECT sum(p.tokens_remaining) FROM token_purchases p
            WHERE p.user_id = u.id AND p.expires_at > $1), 0)::bigint,
        (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.expires_at > $1),
        (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND (k.expires_at IS NULL OR k.expires_at > $1)),
        u.created_at
    FROM users u LEFT JOIN blocked_users b ON b.user_id = u.id LEFT JOIN deleted_users d ON d.user_id = u.id )";

constexpr pg::statement one{"managed_user", select_user, "WHERE u.id = $2"};
constexpr pg::statement newest{"managed_users", select_user, "WHERE u.id < $2 ORDER BY u.id DESC LIMIT $3"};
/// The bounds compare bytes, as the index does; behind every address with this beginning comes the beginning
/// with the greatest character.
constexpr pg::statement by_prefix{"managed_users_by_prefix", select_user,
                                  "WHERE u.id < $2 AND u.email ~>=~ lower($4) "
                                  "AND u.email ~<~ (lower($4) || chr(1114111)) ORDER BY u.id DESC LIMIT $3"};

constexpr pg::statement block{"user_block", "SELECT atelier_block_user($1, $2, $3)"};
constexpr pg::statement unblock{"user_unblock", "DELETE FROM blocked_users WHERE user_id = $1"};
constexpr pg::statement blocked{"user_is_blocked",
                                "SELECT EXISTS (SELECT FROM blocked_users WHERE user_id = $1)"};

managed_user to_user(const pg::row& row) {
    managed_user u;
    row.read(u.id, u.email, u.confirmed_at, u.blocked_at, u.blocked_for, u.deleted_at, u.balance, u.sessions,
             u.api_keys, u.created_at);
    return u;
}

bool first_bool(const pg::row& row) {
    return row.at<bool>(0);
}

} // namespace

outcome<page<managed_user>> find_users(pg::connection& database, std::string_view prefix, user_id before,
                                       std::int32_t limit, instant now) {
    auto found = prefix.empty()
                     ? database.query(newest, pg::params{now, below(before), limit + 1})
                     : database.query(by_prefix, pg::params{now, below(before), limit + 1, prefix});
    return read_page(std::move(found), limit, to_user);
}

outcome<managed_user> get_managed_user(pg::connection& database, user_id user, instant now) {
    return read_one(database.query(one, pg::params{now, user}), to_user);
}

status block_user(pg::connection& database, user_id user, std::string_view reason, instant now) {
    const auto known = read_one(database.query(block, pg::params{user, reason, now}), first_bool);
    if (!known)
        return known.error();
    return *known ? status{done{}} : status{errc::not_found};
}

status unblock_user(pg::connection& database, user_id user) {
    return as_status(database.query(unblock, pg::params{user}));
}

outcome<bool> is_blocked(pg::connection& database, user_id user) {
    return read_one(database.query(blocked, pg::params{user}), first_bool);
}

} // namespace atelier::queries
