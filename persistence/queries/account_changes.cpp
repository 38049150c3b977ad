#include "persistence/queries/account_changes.hpp"

#include "persistence/queries/accounts.hpp"
#include "persistence/queries/outbox.hpp"
#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement ask_for_reset{"account_reset_begin", R"(
    WITH changed AS (
        UPDATE users SET reset_password_token = $2, reset_password_sent_at = $5, updated_at = $5
        WHERE id = $1 RETURNING id)
    INSERT INTO outbox (kind, payload, due_at, created_at, updated_at)
    SELECT $3, $4::json, $5, $5, $5 FROM changed)"};

constexpr pg::statement reset_of{
    "account_reset_find",
    "SELECT id FROM users WHERE reset_password_token = $1 AND reset_password_sent_at >= $2"};

constexpr pg::statement reset{"account_reset", R"(
    WITH changed AS (
        UPDATE users SET encrypted_password = $3, reset_password_token = NULL, reset_password_sent_at = NULL,
            updated_at = $6
        WHERE reset_password_token = $1 AND reset_password_sent_at >= $2 RETURNING id)
    INSERT INTO outbox (kind, payload, due_at, created_at, updated_at)
    SELECT $4, $5::json, $6, $6, $6 FROM changed)"};

constexpr pg::statement new_password{"account_password", R"(
    WITH kept AS MATERIALIZED (SELECT set_config('atelier.kept_session', $4, true)),
    changed AS (
        UPDATE users SET encrypted_password = $3, reset_password_token = NULL, reset_password_sent_at = NULL,
            updated_at = $7
        FROM kept WHERE id = $1 AND encrypted_password = $2 RETURNING id)
    INSERT INTO outbox (kind, payload, due_at, created_at, updated_at)
    SELECT $5, $6::json, $7, $7, $7 FROM changed)"};

/// All three columns always, under the row's lock: no token may confirm another address than the one that it
/// was sent to (CVE-2026-32700).
constexpr pg::statement new_address{"account_address", R"(
    WITH changed AS (
        UPDATE users SET unconfirmed_email = nullif($3, ''), confirmation_token = nullif($4, ''),
            confirmation_sent_at = $6, updated_at = $6
        WHERE id = $1 AND encrypted_password = $2 RETURNING id),
    mails AS (
        INSERT INTO outbox (kind, payload, due_at, created_at, updated_at)
        SELECT 'mail', m::json, $6, $6, $6 FROM changed, unnest($5) AS m)
    SELECT id FROM changed)"};

constexpr pg::statement forget_language{"account_language_forget", R"(
    WITH gone AS (DELETE FROM user_preferences WHERE user_id = $1)
    SELECT id FROM users WHERE id = $1)"};
constexpr pg::statement choose_language{"account_language", R"(
    INSERT INTO user_preferences (user_id, language, created_at, updated_at)
    SELECT id, $2, $3, $3 FROM users WHERE id = $1
    ON CONFLICT (user_id) DO UPDATE SET language = excluded.language, updated_at = excluded.updated_at
    RETURNING user_id)"};

constexpr pg::statement lock_user{
    "account_lock", "SELECT id FROM users WHERE id = $1 AND encrypted_password = $2 FOR UPDATE"};
/// Whoever makes a generation of an image at this moment holds its key (references.hpp).
constexpr pg::statement lock_images{"account_lock_images",
                                    "SELECT id FROM images WHERE user_id = $1 ORDER BY id FOR UPDATE"};
constexpr pg::statement unfinished{"account_unfinished", R"(
    SELECT EXISTS (SELECT FROM generations WHERE user_id = $1 AND status IN ('queued', 'running')),
        EXISTS (SELECT FROM subscriptions WHERE user_id = $1 AND status IN ('active', 'past_due')))"};
constexpr pg::statement forget{"account_forget", "SELECT atelier_forget_user($1, $2)"};

bool is_there(const pg::row& /*row*/) {
    return true;
}

outcome<bool> any_row(outcome<pg::rows> found) {
    const auto row = read_optional(std::move(found), is_there);
    if (!row)
        return row.error();
    return row->has_value();
}

outcome<bool> any_affected(const outcome<pg::rows>& done) {
    const auto count = as_count(done);
    if (!count)
        return count.error();
    return *count > 0;
}

/// Within the transaction.
outcome<std::vector<std::string>> forget_locked(pg::connection& database, user_id user,
                                                std::string_view current, const outbox_message& mail,
                                                instant at) {
    const auto locked = any_row(database.query(lock_user, pg::params{user, current}));
    if (!locked)
        return locked.error();
    if (!*locked)
        return failure{errc::state_conflict, "The password has just been changed."};
    if (const auto images = database.query(lock_images, pg::params{user}); !images)
        return images.error();
    using both = std::pair<bool, bool>;
    const auto busy = read_one(database.query(unfinished, pg::params{user}), [](const pg::row& row) {
        both b;
        row.read(b.first, b.second);
        return b;
    });
    if (!busy)
        return busy.error();
    if (busy->first)
        return failure{errc::state_conflict, "A generation is not finished: wait for it or cancel it first."};
    if (busy->second)
        return failure{errc::state_conflict, "Cancel the subscription first."};
    auto keys = read_all(database.query(forget, pg::params{user, at}),
                         [](const pg::row& row) { return row.at<std::string>(0); });
    if (!keys)
        return keys;
    if (const auto told = insert_outbox_message(database, mail, at); !told)
        return told.error();
    return keys;
}

} // namespace

status begin_reset(pg::connection& database, user_id user, std::string_view digest,
                   const outbox_message& mail, instant at) {
    return as_status(database.query(ask_for_reset, pg::params{user, digest, mail.kind, mail.payload, at}));
}

outcome<std::optional<user_record>> find_reset(pg::connection& database, std::string_view digest,
                                               instant sent_since) {
    const auto user = read_optional(database.query(reset_of, pg::params{digest, sent_since}),
                                    [](const pg::row& row) { return row.at<user_id>(0); });
    if (!user)
        return user.error();
    if (!*user)
        return std::optional<user_record>{};
    auto found = get_user(database, **user);
    if (!found)
        return std::move(found).error();
    return std::optional{*std::move(found)};
}

outcome<bool> reset_password(pg::connection& database, std::string_view digest, instant sent_since,
                             std::string_view encrypted_password, const outbox_message& mail, instant at) {
    return any_affected(database.query(
        reset, pg::params{digest, sent_since, encrypted_password, mail.kind, mail.payload, at}));
}

outcome<bool> change_password(pg::connection& database, user_id user, std::string_view current,
                              std::string_view encrypted_password, std::string_view kept_session,
                              const outbox_message& mail, instant at) {
    return any_affected(database.query(new_password, pg::params{user, current, encrypted_password,
                                                                kept_session, mail.kind, mail.payload, at}));
}

outcome<bool> change_address(pg::connection& database, user_id user, std::string_view current,
                             std::string_view unconfirmed_email, std::string_view token,
                             const std::vector<outbox_message>& mails, instant at) {
    std::vector<std::string> payloads;
    payloads.reserve(mails.size());
    for (const auto& mail : mails)
        payloads.push_back(mail.payload);
    return any_row(
        database.query(new_address, pg::params{user, current, unconfirmed_email, token, payloads, at}));
}

status set_language(pg::connection& database, user_id user, std::string_view language, instant at) {
    const auto known =
        any_row(language.empty() ? database.query(forget_language, pg::params{user})
                                 : database.query(choose_language, pg::params{user, language, at}));
    if (!known)
        return known.error();
    return *known ? status{done{}} : status{errc::not_found};
}

outcome<std::vector<std::string>> forget_user(pg::connection& database, user_id user,
                                              std::string_view current, const outbox_message& mail,
                                              instant at) {
    if (auto begun = database.execute("BEGIN ISOLATION LEVEL READ COMMITTED"); !begun)
        return std::move(begun).error();
    auto keys = forget_locked(database, user, current, mail, at);
    const auto ended = database.execute(keys ? "COMMIT" : "ROLLBACK");
    if (keys && !ended)
        return ended.error();
    return keys;
}

} // namespace atelier::queries
