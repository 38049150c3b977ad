#include "actors/accounts.hpp"

#include "actors/account_jobs.hpp"
#include "actors/domain/views.hpp"
#include "actors/mail/order.hpp"
#include "config/address_ranges.hpp"
#include "config/printable.hpp"
#include "persistence/queries/account_changes.hpp"
#include "persistence/queries/accounts.hpp"
#include "persistence/queries/outbox.hpp"

#include <spdlog/spdlog.h>

#include <utility>

/// Sign-up, confirmation, and what all commands have in common.
namespace atelier {
namespace {

constexpr std::size_t lookup_limit = 254; ///< bytes of an address; longer ones are nobody's
constexpr auto attempts_window = std::chrono::minutes{1};
/// Of each kind, in memory: whoever has more addresses than this is not held up by a limit for each.
constexpr std::size_t remembered_max = 100'000;

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

/// "2026-11-26 00:12 UTC"
std::string minute_text(instant t) {
    const auto iso = to_iso8601(t);
    return iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC";
}

lockout_rules rules_of_lockout(const accounts_settings& settings) {
    lockout_rules rules;
    rules.free_attempts = static_cast<int>(settings.failures_max);
    rules.longest_delay = std::chrono::ceil<std::chrono::seconds>(settings.lockout_limit);
    return rules;
}

} // namespace

mail_language language_of(const user_record& user, mail_language otherwise) {
    return user.language.empty() ? otherwise : preferred_language(user.language);
}

outcome<std::optional<user_record>> find_account(pg::connection& database, const std::string& email) {
    if (email.empty() || email.size() > lookup_limit || !is_printable(email))
        return std::optional<user_record>{};
    return queries::find_user_by_email(database, email);
}

accounts::accounts(resources used, options o)
    : hashing_{used.hashing}, general_{used.general}, sessions_{used.sessions}, clock_{used.time},
      random_{used.random}, options_{std::move(o)}, passwords_{rules_of(options_.settings), used.random},
      reset_digest_{options_.secret_key_base, "reset_password_token", options_.rails},
      confirmation_digest_{options_.secret_key_base, "confirmation_token", options_.rails},
      by_address_{"address", static_cast<std::int64_t>(options_.settings.attempts_per_address),
                  attempts_window, remembered_max},
      by_account_{rules_of_lockout(options_.settings), remembered_max} {}

// -- limits -------------------------------------------------------------------------------------------------

/// Whether this address has to wait.
std::optional<failure> accounts::refused(const visitor& who) {
    auto attempt = by_address_.take(customer_network(who.address), clock_.now());
    if (attempt.allowed)
        return std::nullopt;
    return limited(std::move(*attempt.rate));
}

/// Before a password is compared; `account` may be anybody's or nobody's.
outcome<lockout::verdict> accounts::begin_attempt(std::string_view account) {
    const auto verdict = by_account_.begin(account.substr(0, lookup_limit), clock_.now());
    if (!verdict.wait)
        return verdict;
    rate_limit reached;
    reached.policy = "account";
    reached.limit = static_cast<std::int64_t>(options_.settings.failures_max);
    reached.window = std::chrono::ceil<std::chrono::seconds>(options_.settings.lockout_limit);
    reached.reset = *verdict.wait;
    return limited(std::move(reached));
}

// -- sign-up and confirmation -------------------------------------------------------------------------------

void accounts::sign_up(const visitor& who, std::string_view email, std::string password,
                       const callback<done>& answer) {
    const auto address = mail_address::parse(normalized_email(email));
    if (auto wrong = sign_up_failure(address, password))
        return answer(std::move(*wrong));
    if (auto limit = refused(who))
        return answer(std::move(*limit));
    run<done>(hashing_, answer,
              [this, who, email = address->text(), password = std::move(password)](pg::connection& database) {
                  return enrol(database, who, email, password);
              });
}

status accounts::enrol(pg::connection& database, const visitor& who, const std::string& email,
                       const std::string& password) {
    auto hash = passwords_.hash(password); // also for a known address: it takes the time
    if (!hash)
        return std::move(hash).error();
    auto known = find_account(database, email);
    if (known && !*known) {
        const auto now = clock_.now();
        const auto token = new_friendly_token(random_);
        const auto created = queries::insert_user(
            database,
            {.email = email,
             .encrypted_password = *hash,
             .confirmation_token = token,
             .confirmed_at = {},
             .at = now},
            confirmation_mail(mail_template::confirmation, email, who.language, token, now));
        if (created) {
            mail_queued();
            return done{};
        }
        if (created.error().code != errc::state_conflict)
            return created.error();
        known = find_account(database, email); // somebody was faster
    }
    if (!known)
        return std::move(known).error();
    if (!*known)
        return failure{errc::unavailable, "the account went away while it was looked up"};
    return remind(database, **known, language_of(**known, who.language));
}

/// Mails what the owner of a known address needs: the link to confirm it, or that it has an account.
status accounts::remind(pg::connection& database, const user_record& user, mail_language language) {
    const auto now = clock_.now();
    const auto pending = queries::renew_confirmation(database, user.id, new_friendly_token(random_),
                                                     now - options_.settings.confirmation_lifetime, now);
    if (!pending)
        return pending.error();
    if (*pending)
        return queue_mail(database, confirmation_mail(mail_template::confirmation, user.email, language,
                                                      (*pending)->token, (*pending)->sent_at));
    return queue_mail(database, to_outbox({.to = user.email,
                                           .language = language,
                                           .letter = mail_template::already_registered,
                                           .values = {}}));
}

void accounts::resend_confirmation(const visitor& who, std::string_view email, const callback<done>& answer) {
    mail_account(who, email, answer, [this, who](pg::connection& database, const user_record& user) {
        return user.confirmed_at ? status{done{}} : remind(database, user, language_of(user, who.language));
    });
}

void accounts::confirm(std::string token, const callback<user_record>& answer) {
    if (token.empty() || !is_printable(token))
        return answer(errc::invalid_token);
    run<user_record>(
        general_, answer, [this, token = std::move(token)](pg::connection& database) -> outcome<user_record> {
            const auto now = clock_.now();
            const auto since = now - options_.settings.confirmation_lifetime;
            auto confirmed = queries::confirm_user(database, token, now, since);
            // Rows of very old versions of Devise have a digest.
            if (!confirmed && confirmed.error().code == errc::invalid_token)
                confirmed = queries::confirm_user(database, confirmation_digest_.of(token), now, since);
            if (!confirmed)
                return std::move(confirmed).error();
            return without_hash(std::move(confirmed->user));
        });
}

// -- mails --------------------------------------------------------------------------------------------------

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

std::string accounts::link(std::string_view path, std::string_view token) const {
    auto base = options_.base_url();
    if (base.ends_with('/'))
        base.pop_back();
    return base.append(path).append("?token=").append(token);
}

outbox_message accounts::confirmation_mail(mail_template letter, const std::string& to,
                                           mail_language language, const std::string& token,
                                           instant sent_at) const {
    return to_outbox(
        {.to = to,
         .language = language,
         .letter = letter,
         .values = {{"link", link("/confirm", token)},
                    {"expires_at", minute_text(sent_at + options_.settings.confirmation_lifetime)}}});
}

outbox_message accounts::reset_mail(const user_record& user, mail_language language, const std::string& token,
                                    instant sent_at) const {
    return to_outbox({.to = user.email,
                      .language = language_of(user, language),
                      .letter = mail_template::reset_password,
                      .values = {{"link", link("/reset-password", token)},
                                 {"expires_at", minute_text(sent_at + options_.settings.reset_lifetime)}}});
}

outbox_message accounts::password_changed_mail(const user_record& user, mail_language language) const {
    return to_outbox({.to = user.email,
                      .language = language_of(user, language),
                      .letter = mail_template::password_changed,
                      .values = {{"time", minute_text(clock_.now())}}});
}

outbox_message accounts::blocked_mail(const user_record& user, mail_language language, instant until) const {
    return to_outbox({.to = user.email,
                      .language = language_of(user, language),
                      .letter = mail_template::sign_in_blocked,
                      .values = {{"until", minute_text(until + std::chrono::minutes{1})}}});
}

} // namespace atelier
