#include "actors/account_jobs.hpp"
#include "actors/accounts.hpp"
#include "persistence/queries/accounts.hpp"
#include "persistence/queries/management_users.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

/// Sign-in and sessions.
namespace atelier {
namespace {

constexpr int sign_in_attempts = 3;           ///< when the password hash changes while it is being checked
constexpr std::size_t user_agent_limit = 200; ///< bytes that are kept
/// A wait from which on the account's owner is told.
constexpr auto noteworthy_wait = std::chrono::seconds{60};

/// Cut between characters.
std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return std::string{text};
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U)
        --limit;
    return std::string{text.substr(0, limit)};
}

} // namespace

void accounts::sign_in(const visitor& who, std::string_view email, std::string password, bool remember,
                       const callback<signed_in>& answer) {
    if (auto limit = refused(who))
        return answer(std::move(*limit));
    auto address = normalized_email(email);
    const auto attempt = begin_attempt(address);
    if (!attempt)
        return answer(attempt.error());
    submit<signed_in>(hashing_, answer,
                      [this, who, email = std::move(address), password = std::move(password), remember,
                       attempt = *attempt](pg::connection& database, const callback<signed_in>& reply) {
                          auto admitted = admit(database, who, email, password, remember);
                          const bool wrong = !admitted && admitted.error().code == errc::invalid_credentials;
                          if (!wrong)
                              by_account_.succeeded(email);
                          reply(std::move(admitted));
                          if (wrong) // after the answer, whose time must not tell whether there is an account
                              tell_blocked(database, who, email, attempt);
                      });
}

/// Once, when the waits have become long.
void accounts::tell_blocked(pg::connection& database, const visitor& who, const std::string& email,
                            const lockout::verdict& attempt) {
    if (attempt.next_wait < noteworthy_wait || attempt.next_wait >= 2 * noteworthy_wait)
        return;
    const auto user = find_account(database, email);
    if (!user || !*user)
        return;
    const auto until = clock_.now() + attempt.next_wait;
    if (const auto told = queue_mail(database, blocked_mail(**user, who.language, until)); !told)
        spdlog::error("accounts: a warning could not be queued: {}", told.error().detail);
}

outcome<accounts::signed_in> accounts::admit(pg::connection& database, const visitor& who,
                                             const std::string& email, const std::string& password,
                                             bool remember) {
    for (int attempt = 0; attempt < sign_in_attempts; ++attempt) {
        auto user = find_account(database, email);
        if (!user)
            return std::move(user).error();
        const auto stored = *user ? (*user)->encrypted_password : std::string{};
        if (!passwords_.verify(stored, password))
            return errc::invalid_credentials;
        const auto blocked = queries::is_blocked(database, (*user)->id);
        if (!blocked)
            return blocked.error();
        if (*blocked)
            return errc::account_blocked;
        if (!(*user)->confirmed_at)
            return errc::email_not_confirmed;
        const auto current = rehash(database, **user, password);
        if (!current)
            return current.error();
        if (!*current)
            continue;
        auto begun = begin_session(database, who, **user, remember);
        if (!begun)
            return std::move(begun).error();
        if (*begun)
            return std::move(**begun);
    }
    return too_busy();
}

/// Gives the user a hash of today's cost if the stored one is cheaper. False when it is no longer the stored
/// one.
outcome<bool> accounts::rehash(pg::connection& database, user_record& user, const std::string& password) {
    if (!passwords_.needs_rehash(user.encrypted_password))
        return true;
    auto better = passwords_.hash(password);
    if (!better)
        return std::move(better).error();
    auto replaced = queries::replace_hash(database, user.id, user.encrypted_password, *better, clock_.now());
    user.encrypted_password = std::move(*better);
    return replaced;
}

/// None when the password has been changed since the user was read: whoever changed it ended all sessions,
/// and this one must not come after them.
outcome<std::optional<accounts::signed_in>> accounts::begin_session(pg::connection& database,
                                                                    const visitor& who,
                                                                    const user_record& user, bool remember) {
    const auto now = clock_.now();
    const instant ends_at = now + options_.settings.session_age_limit;
    const auto expires_at = std::min<instant>(ends_at, now + lifetime_of(remember));
    auto token = new_bearer_token(random_);
    const auto digest = digest_of(token).value();
    const auto ticket = sessions_.begin(digest);
    const auto inserted = queries::begin_session(database,
                                                 {.digest = digest.hex(),
                                                  .user = user.id,
                                                  .remember = remember,
                                                  .created_at = now,
                                                  .expires_at = expires_at,
                                                  .last_used_at = now,
                                                  .ends_at = ends_at,
                                                  .user_agent = shortened(who.user_agent, user_agent_limit),
                                                  .address = who.address},
                                                 user.encrypted_password);
    if (!inserted)
        return inserted.error();
    if (!*inserted)
        return std::optional<signed_in>{};
    sessions_.insert(digest, {{user.id, scopes::all()}, expires_at, now, ends_at, lifetime_of(remember)},
                     ticket);
    return std::optional{signed_in{std::move(token), expires_at, ends_at, without_hash(user)}};
}

/// After its last use.
milliseconds accounts::lifetime_of(bool remembered) const {
    return remembered ? options_.settings.remember_lifetime : options_.settings.session_lifetime;
}

std::optional<principal> accounts::cached(std::string_view token) {
    const auto session = digest_of(token);
    const auto digest = session ? session : digest_of(token, token_kind::api_key);
    if (!digest)
        return std::nullopt;
    const auto now = clock_.now();
    const auto hit = sessions_.find(*digest, now);
    if (!hit)
        return std::nullopt;
    if (hit->touch_due && session)
        touch_session(*digest, now, *hit->touch_due);
    else if (hit->touch_due)
        touch_api_key(*digest, now);
    return hit->who;
}

/// Nobody depends on it: a use that could not be noted is noted a minute later.
void accounts::touch_session(const token_digest& digest, instant at, instant expires_at) {
    static_cast<void>(
        general_.submit([hex = digest.hex(), at, expires_at](outcome<pg::connection*> database) {
            if (database)
                static_cast<void>(queries::touch_session(**database, hex, at, expires_at));
        }));
}

void accounts::authenticate(std::string_view token, const callback<principal>& answer) {
    if (const auto session = digest_of(token))
        return run<principal>(general_, answer, [this, digest = *session](pg::connection& database) {
            return load_session(database, digest);
        });
    if (const auto key = digest_of(token, token_kind::api_key))
        return run<principal>(general_, answer, [this, digest = *key](pg::connection& database) {
            return load_api_key(database, digest);
        });
    answer(errc::unauthenticated);
}

outcome<principal> accounts::load_session(pg::connection& database, const token_digest& digest) {
    const auto ticket = sessions_.begin(digest);
    const auto now = clock_.now();
    const auto session = queries::find_session(database, digest.hex(), now);
    if (!session)
        return session.error();
    if (!*session)
        return errc::unauthenticated;
    const auto& found = **session;
    const principal who{found.user, scopes::all()};
    sessions_.insert(digest,
                     {who, found.expires_at, found.last_used_at, found.ends_at, lifetime_of(found.remember)},
                     ticket);
    return who;
}

void accounts::sign_out(std::string_view token, const callback<done>& answer) {
    const auto digest = digest_of(token);
    if (!digest)
        return answer(done{});
    run<done>(general_, answer, [this, digest = *digest](pg::connection& database) -> status {
        const auto deleted = queries::delete_session(database, digest.hex());
        sessions_.remove(digest);
        if (!deleted)
            return deleted.error();
        return done{};
    });
}

void accounts::sign_out_everywhere(user_id user, const callback<done>& answer) {
    run<done>(general_, answer, [this, user](pg::connection& database) -> status {
        const auto deleted = queries::delete_sessions_of(database, user);
        sessions_.remove_user(user);
        if (!deleted)
            return deleted.error();
        return done{};
    });
}

void accounts::list_sessions(user_id user, std::string_view token,
                             const callback<std::vector<listed_session>>& answer) {
    using list = std::vector<listed_session>;
    const auto current = digest_of(token);
    run<list>(general_, answer,
              [this, user,
               own = current ? current->hex() : std::string{}](pg::connection& database) -> outcome<list> {
                  auto found = queries::list_sessions(database, user, clock_.now());
                  if (!found)
                      return std::move(found).error();
                  list all;
                  for (auto& session : *found) {
                      const bool is_own = session.digest == own;
                      all.push_back({std::move(session), is_own});
                  }
                  return all;
              });
}

void accounts::end_session(user_id user, session_id session, const callback<done>& answer) {
    run<done>(general_, answer, [this, user, session](pg::connection& database) -> status {
        const auto ended = queries::delete_session_of(database, user, session);
        if (!ended)
            return ended.error();
        if (!*ended)
            return errc::not_found;
        if (const auto digest = digest_from_hex(**ended))
            sessions_.remove(*digest);
        return done{};
    });
}

void accounts::me(user_id user, const callback<user_record>& answer) {
    run<user_record>(general_, answer, [user](pg::connection& database) -> outcome<user_record> {
        auto found = queries::get_user(database, user);
        if (found)
            return without_hash(std::move(*found));
        return found.error().code == errc::not_found ? failure{errc::unauthenticated}
                                                     : std::move(found).error();
    });
}

} // namespace atelier
