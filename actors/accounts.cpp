#include "actors/accounts.hpp"

#include "actors/domain/views.hpp"
#include "actors/mail/order.hpp"
#include "config/printable.hpp"
#include "persistence/queries/accounts.hpp"
#include "persistence/queries/outbox.hpp"
#include "persistence/queries/sessions.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace atelier {
namespace {

constexpr std::size_t lookup_limit = 254; ///< bytes of an address; longer ones are nobody's
constexpr int sign_in_attempts = 3;       ///< when the password hash changes while it is being checked

failure overloaded() {
    failure why{errc::overloaded};
    why.retry_after = std::chrono::seconds{1};
    return why;
}

std::optional<failure> sign_up_failure(const std::optional<mail_address>& address,
                                       std::string_view password) {
    failure why{errc::validation_failed};
    if (!address)
        why.fields.push_back({"email", "invalid", "must be an e-mail address"});
    if (auto wrong = new_password_error(password))
        why.fields.push_back(std::move(*wrong));
    if (why.fields.empty())
        return std::nullopt;
    why.detail = why.fields.front().field + ": " + why.fields.front().detail;
    return why;
}

/// Also for addresses that we would not accept but that an account may have from elsewhere.
outcome<std::optional<user_record>> find_user(pg::connection& database, const std::string& email) {
    if (email.empty() || email.size() > lookup_limit || !is_printable(email))
        return std::optional<user_record>{};
    return queries::find_user_by_email(database, email);
}

user_record without_hash(user_record user) {
    user.encrypted_password.clear();
    return user;
}

/// "2026-11-26 00:12 UTC"
std::string minute_text(instant t) {
    const auto iso = to_iso8601(t);
    return iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC";
}

} // namespace

accounts::accounts(resources used, options o)
    : hashing_{used.hashing}, general_{used.general}, sessions_{used.sessions}, clock_{used.time},
      random_{used.random}, options_{std::move(o)}, passwords_{
                                                        static_cast<unsigned>(options_.settings.bcrypt_cost),
                                                        options_.settings.pepper, used.random} {}

/// Gives `work` a connection and the callback to answer.
template <class T, class Work>
void accounts::submit(connection_pool& pool, const callback<T>& answer, Work work) {
    const auto since = clock_.now();
    const bool taken = pool.submit([this, since, answer, work](outcome<pg::connection*> database) {
        if (!database)
            return answer(std::move(database).error());
        if (clock_.now() - since > options_.patience)
            return answer(overloaded()); // nobody waits for this any more
        work(**database, answer);
    });
    if (!taken)
        answer(overloaded());
}

/// Answers with what `work` makes of a connection.
template <class T, class Work>
void accounts::run(connection_pool& pool, const callback<T>& answer, Work work) {
    submit<T>(pool, answer,
              [work](pg::connection& database, const callback<T>& reply) { reply(work(database)); });
}

// --- sign-up and confirmation

void accounts::sign_up(std::string_view email, std::string password, mail_language language,
                       const callback<done>& answer) {
    const auto address = mail_address::parse(normalized_email(email));
    if (auto wrong = sign_up_failure(address, password))
        return answer(std::move(*wrong));
    run<done>(hashing_, answer,
              [this, email = address->text(), password = std::move(password),
               language](pg::connection& database) { return enrol(database, email, password, language); });
}

status accounts::enrol(pg::connection& database, const std::string& email, const std::string& password,
                       mail_language language) {
    auto hash = passwords_.hash(password); // also for a known address: it takes the time
    if (!hash)
        return std::move(hash).error();
    auto known = find_user(database, email);
    if (known && !*known) {
        const auto now = clock_.now();
        const auto token = new_friendly_token(random_);
        const auto created = queries::insert_user(database,
                                                  {.email = email,
                                                   .encrypted_password = *hash,
                                                   .confirmation_token = token,
                                                   .confirmed_at = {},
                                                   .at = now},
                                                  confirmation_mail(email, language, token, now));
        if (created) {
            mail_queued();
            return done{};
        }
        if (created.error().code != errc::state_conflict)
            return created.error();
        known = find_user(database, email); // somebody was faster
    }
    if (!known)
        return std::move(known).error();
    if (!*known)
        return failure{errc::unavailable, "the account went away while it was looked up"};
    return remind(database, **known, language);
}

/// Mails what the owner of a known address needs: the link to confirm it, or that it has an account.
status accounts::remind(pg::connection& database, const user_record& user, mail_language language) {
    const auto now = clock_.now();
    const auto pending = queries::renew_confirmation(database, user.id, new_friendly_token(random_),
                                                     now - options_.settings.confirmation_lifetime, now);
    if (!pending)
        return pending.error();
    if (*pending)
        return queue_mail(database,
                          confirmation_mail(user.email, language, (*pending)->token, (*pending)->sent_at));
    return queue_mail(database, to_outbox({.to = user.email,
                                           .language = language,
                                           .letter = mail_template::already_registered,
                                           .values = {}}));
}

status accounts::queue_mail(pg::connection& database, const outbox_message& mail) {
    auto queued = queries::insert_outbox_message(database, mail, clock_.now());
    if (queued)
        mail_queued();
    return queued;
}

void accounts::mail_queued() const {
    if (options_.on_mail_queued)
        options_.on_mail_queued();
}

outbox_message accounts::confirmation_mail(const std::string& to, mail_language language,
                                           const std::string& token, instant sent_at) const {
    auto base = options_.base_url();
    if (base.ends_with('/'))
        base.pop_back();
    return to_outbox(
        {.to = to,
         .language = language,
         .letter = mail_template::confirmation,
         .values = {{"link", base + "/confirm?token=" + token},
                    {"expires_at", minute_text(sent_at + options_.settings.confirmation_lifetime)}}});
}

void accounts::resend_confirmation(std::string_view email, mail_language language,
                                   const callback<done>& answer) {
    submit<done>(general_, answer,
                 [this, email = normalized_email(email), language](pg::connection& database,
                                                                   const callback<done>& reply) {
                     const auto user = find_user(database, email);
                     // Answered before the mail is written: the time must not tell whether there is one to
                     // write.
                     reply(user ? status{done{}} : status{user.error()});
                     if (!user || !*user || (*user)->confirmed_at)
                         return;
                     if (const auto reminded = remind(database, **user, language); !reminded)
                         spdlog::error("accounts: a confirmation mail could not be queued: {}",
                                       reminded.error().detail);
                 });
}

void accounts::confirm(std::string token, const callback<user_record>& answer) {
    if (token.empty() || !is_printable(token))
        return answer(errc::invalid_token);
    run<user_record>(general_, answer, [this, token = std::move(token)](pg::connection& database) {
        const auto now = clock_.now();
        auto confirmed =
            queries::confirm_user(database, token, now, now - options_.settings.confirmation_lifetime);
        return confirmed ? outcome<user_record>{without_hash(std::move(confirmed->user))}
                         : outcome<user_record>{std::move(confirmed).error()};
    });
}

// --- sessions

void accounts::sign_in(std::string_view email, std::string password, bool remember,
                       const callback<signed_in>& answer) {
    run<signed_in>(hashing_, answer,
                   [this, email = normalized_email(email), password = std::move(password), remember](
                       pg::connection& database) { return admit(database, email, password, remember); });
}

outcome<accounts::signed_in> accounts::admit(pg::connection& database, const std::string& email,
                                             const std::string& password, bool remember) {
    for (int attempt = 0; attempt < sign_in_attempts; ++attempt) {
        auto user = find_user(database, email);
        if (!user)
            return std::move(user).error();
        const auto stored = *user ? (*user)->encrypted_password : std::string{};
        if (!passwords_.verify(stored, password))
            return errc::invalid_credentials;
        if (!(*user)->confirmed_at)
            return errc::email_not_confirmed;
        const auto current = rehash(database, **user, password);
        if (!current)
            return current.error();
        if (!*current)
            continue;
        auto begun = begin_session(database, **user, remember);
        if (!begun)
            return std::move(begun).error();
        if (*begun)
            return std::move(**begun);
    }
    return overloaded();
}

/// Gives the user a hash of today's cost if the stored one is cheaper. False when it is no longer the stored
/// one.
outcome<bool> accounts::rehash(pg::connection& database, user_record& user, const std::string& password) {
    if (!passwords_.needs_rehash(user.encrypted_password))
        return true;
    auto better = passwords_.hash(password);
    if (!better)
        return std::move(better).error();
    auto replaced =
        queries::replace_password(database, user.id, user.encrypted_password, *better, clock_.now());
    user.encrypted_password = std::move(*better);
    return replaced;
}

/// None when the password has been changed since the user was read: whoever changed it ended all sessions,
/// and this one must not come after them.
outcome<std::optional<accounts::signed_in>> accounts::begin_session(pg::connection& database,
                                                                    const user_record& user, bool remember) {
    const auto& settings = options_.settings;
    const auto now = clock_.now();
    const instant expires_at = now + (remember ? settings.remember_lifetime : settings.session_lifetime);
    auto token = new_bearer_token(random_);
    const auto digest = digest_of(token).value();
    const auto ticket = sessions_.begin(digest);
    const auto inserted = queries::begin_session(database,
                                                 {.digest = digest.hex(),
                                                  .user = user.id,
                                                  .remember = remember,
                                                  .created_at = now,
                                                  .expires_at = expires_at,
                                                  .last_used_at = now},
                                                 user.encrypted_password);
    if (!inserted)
        return inserted.error();
    if (!*inserted)
        return std::optional<signed_in>{};
    sessions_.insert(digest, {user.id, expires_at, now}, ticket);
    return std::optional{signed_in{std::move(token), expires_at, without_hash(user)}};
}

std::optional<user_id> accounts::cached_user(std::string_view token) {
    const auto digest = digest_of(token);
    if (!digest)
        return std::nullopt;
    const auto now = clock_.now();
    const auto hit = sessions_.find(*digest, now);
    if (!hit)
        return std::nullopt;
    if (hit->touch_due)
        touch(*digest, now);
    return hit->user;
}

/// Nobody depends on it: a use that could not be noted is noted a minute later.
void accounts::touch(const session_digest& digest, instant at) {
    static_cast<void>(general_.submit([hex = digest.hex(), at](outcome<pg::connection*> database) {
        if (database)
            static_cast<void>(queries::touch_session(**database, hex, at));
    }));
}

void accounts::authenticate(std::string_view token, const callback<user_id>& answer) {
    const auto digest = digest_of(token);
    if (!digest)
        return answer(errc::unauthenticated);
    run<user_id>(general_, answer, [this, digest = *digest](pg::connection& database) {
        return load_session(database, digest);
    });
}

outcome<user_id> accounts::load_session(pg::connection& database, const session_digest& digest) {
    const auto ticket = sessions_.begin(digest);
    const auto now = clock_.now();
    const auto session = queries::find_session(database, digest.hex(), now);
    if (!session)
        return session.error();
    if (!*session)
        return errc::unauthenticated;
    sessions_.insert(digest, {(*session)->user, (*session)->expires_at, (*session)->last_used_at}, ticket);
    return (*session)->user;
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
