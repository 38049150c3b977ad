#include "persistence/queries/accounts.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

/// One statement, and so one transaction. Without a mail its kind is NULL.
constexpr pg::statement insert{"account_insert", R"(
    WITH made AS (
        INSERT INTO users (email, encrypted_password, confirmation_token, confirmation_sent_at, confirmed_at,
            created_at, updated_at)
        VALUES (lower($1), $2, nullif($3, ''), CASE WHEN $3 = '' THEN NULL ELSE $5 END, $4, $5, $5)
        ON CONFLICT (email) DO NOTHING RETURNING id),
    mail AS (
        INSERT INTO outbox (kind, payload, due_at, created_at, updated_at)
        SELECT $6, $7::json, $5, $5, $5 FROM made WHERE $6 IS NOT NULL),
    choice AS (
        INSERT INTO user_preferences (user_id, language, created_at, updated_at)
        SELECT id, $8, $5, $5 FROM made WHERE $8 <> '')
    SELECT id FROM made)"};

constexpr const char* select_user =
    "SELECT id, email, encrypted_password, confirmed_at, created_at, coalesce(unconfirmed_email, ''), "
    "coalesce((SELECT language FROM user_preferences WHERE user_id = users.id), '') FROM users ";
constexpr pg::statement by_email{"account_by_email", select_user, "WHERE email = lower($1)"};
constexpr pg::statement by_id{"account", select_user, "WHERE id = $1"};
constexpr pg::statement by_token{"account_by_token", select_user,
                                 "WHERE confirmation_token = $1 AND confirmed_at IS NOT NULL "
                                 "AND unconfirmed_email IS NULL"};
constexpr pg::statement confirm{"account_confirm", R"(
    UPDATE users SET confirmed_at = $2, updated_at = $2, email = coalesce(lower(unconfirmed_email), email),
        unconfirmed_email = NULL,
        reset_password_token = CASE WHEN unconfirmed_email IS NULL THEN reset_password_token END,
        reset_password_sent_at = CASE WHEN unconfirmed_email IS NULL THEN reset_password_sent_at END
    WHERE confirmation_token = $1 AND (confirmed_at IS NULL OR unconfirmed_email IS NOT NULL)
        AND ($3 IS NULL OR confirmation_sent_at IS NULL OR confirmation_sent_at >= $3)
    RETURNING id, email, encrypted_password, confirmed_at, created_at, '',
        coalesce((SELECT language FROM user_preferences WHERE user_id = users.id), ''))"};
constexpr pg::statement renew{
    "account_token_renew",
    "UPDATE users SET confirmation_token = $2, confirmation_sent_at = $4, updated_at = $4 "
    "WHERE id = $1 AND confirmed_at IS NULL "
    "AND (coalesce(confirmation_token, '') = '' OR confirmation_sent_at IS NULL OR confirmation_sent_at < "
    "$3)"};
constexpr pg::statement pending{"account_token_pending",
                                "SELECT confirmation_token, confirmation_sent_at FROM users "
                                "WHERE id = $1 AND confirmed_at IS NULL"};
constexpr pg::statement replace{"account_hash_replace", R"(
    WITH same_password AS MATERIALIZED (SELECT set_config('atelier.rehash', 'on', true))
    UPDATE users SET encrypted_password = $3, updated_at = $4 FROM same_password
    WHERE id = $1 AND encrypted_password = $2)"};
/// The lock makes a change of the password wait for this session, or this session for the change.
constexpr pg::statement begin{"account_session", R"(
    WITH owner AS MATERIALIZED (SELECT id FROM users WHERE id = $2 AND encrypted_password = $7 FOR SHARE)
    INSERT INTO sessions (digest, user_id, remember, created_at, expires_at, last_used_at, ends_at, user_agent, address)
    SELECT $1, id, $3, $4, $5, $6, $8, $9, $10 FROM owner)"};

user_record to_user(const pg::row& row) {
    user_record u;
    row.read(u.id, u.email, u.encrypted_password, u.confirmed_at, u.created_at, u.unconfirmed_email,
             u.language);
    return u;
}

} // namespace

outcome<user_id> insert_user(pg::connection& database, const new_user& user,
                             const std::optional<outbox_message>& mail) {
    const auto kind = mail ? std::optional<std::string_view>{mail->kind} : std::nullopt;
    const auto payload = mail ? std::optional<std::string_view>{mail->payload} : std::nullopt;
    auto made =
        database.query(insert, pg::params{user.email, user.encrypted_password, user.confirmation_token,
                                          user.confirmed_at, user.at, kind, payload, user.language});
    if (!made)
        return std::move(made).error();
    if (made->empty())
        return failure{errc::state_conflict, "the address is taken"};
    return (*made)[0].at<user_id>(0);
}

outcome<std::optional<user_record>> find_user_by_email(pg::connection& database, std::string_view email) {
    return read_optional(database.query(by_email, pg::params{email}), to_user);
}

outcome<user_record> get_user(pg::connection& database, user_id user) {
    return read_one(database.query(by_id, pg::params{user}), to_user);
}

outcome<confirmation> confirm_user(pg::connection& database, std::string_view token, instant at,
                                   std::optional<instant> sent_since) {
    if (token.empty())
        return errc::invalid_token;
    auto confirmed = read_optional(database.query(confirm, pg::params{token, at, sent_since}), to_user);
    if (!confirmed)
        return std::move(confirmed).error();
    if (*confirmed)
        return confirmation{**std::move(confirmed), false};
    auto before = read_optional(database.query(by_token, pg::params{token}), to_user);
    if (!before)
        return std::move(before).error();
    if (!*before)
        return errc::invalid_token;
    return confirmation{**std::move(before), true};
}

outcome<std::optional<pending_confirmation>> renew_confirmation(pg::connection& database, user_id user,
                                                                std::string_view fresh, instant sent_since,
                                                                instant at) {
    auto renewed = database.query(renew, pg::params{user, fresh, sent_since, at});
    if (!renewed)
        return std::move(renewed).error();
    return read_optional(database.query(pending, pg::params{user}), [](const pg::row& row) {
        pending_confirmation p;
        row.read(p.token, p.sent_at);
        return p;
    });
}

outcome<bool> replace_hash(pg::connection& database, user_id user, std::string_view current,
                           std::string_view fresh, instant at) {
    const auto replaced = as_count(database.query(replace, pg::params{user, current, fresh, at}));
    if (!replaced)
        return replaced.error();
    return *replaced == 1;
}

outcome<bool> begin_session(pg::connection& database, const session_record& session,
                            std::string_view encrypted_password) {
    const auto begun = as_count(
        database.query(begin, pg::params{session.digest, session.user, session.remember, session.created_at,
                                         session.expires_at, session.last_used_at, encrypted_password,
                                         session.ends_at, session.user_agent, session.address}));
    if (!begun)
        return begun.error();
    return *begun == 1;
}

} // namespace atelier::queries
