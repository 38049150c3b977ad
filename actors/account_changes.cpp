#include "persistence/queries/account_changes.hpp"

#include "actors/account_jobs.hpp"
#include "actors/accounts.hpp"
#include "actors/mail/order.hpp"
#include "config/printable.hpp"
#include "persistence/queries/accounts.hpp"

#include <spdlog/spdlog.h>

#include <utility>

/// Forgotten and new passwords, new addresses, and the end of an account.
namespace atelier {
namespace {

/// So that only its owner knows it again: "a***@example.com".
std::string masked(const std::string& address) {
    return address.substr(0, 1) + "***" + address.substr(address.find('@'));
}

failure wrong_password() {
    return invalid_field("current_password", "invalid", "is not your password");
}

} // namespace

// -- forgotten passwords ------------------------------------------------------------------------------------

void accounts::request_reset(const visitor& who, std::string_view email, const callback<done>& answer) {
    mail_account(who, email, answer, [this, who](pg::connection& database, const user_record& user) {
        return mail_reset(database, who, user);
    });
}

status accounts::mail_reset(pg::connection& database, const visitor& who, const user_record& user) {
    const auto now = clock_.now();
    const auto token = new_friendly_token(random_);
    auto begun = queries::begin_reset(database, user.id, reset_digest_.of(token),
                                      reset_mail(user, who.language, token, now), now);
    if (begun)
        mail_queued();
    return begun;
}

void accounts::reset_password(const visitor& who, std::string token, std::string password,
                              const callback<done>& answer) {
    if (token.empty() || !is_printable(token))
        return answer(errc::invalid_token);
    if (auto wrong = new_password_error(password))
        return answer(invalid_field(wrong->field, wrong->code, wrong->detail));
    if (auto limit = refused(who))
        return answer(std::move(*limit));
    run<done>(hashing_, answer,
              [this, who, digest = reset_digest_.of(token),
               password = std::move(password)](pg::connection& database) -> status {
                  const auto now = clock_.now();
                  const auto since = now - options_.settings.reset_lifetime;
                  const auto user = queries::find_reset(database, digest, since);
                  if (!user)
                      return user.error();
                  if (!*user)
                      return errc::invalid_token; // before a hash is paid for
                  const auto hash = passwords_.hash(password);
                  if (!hash)
                      return hash.error();
                  const auto changed = queries::reset_password(
                      database, digest, since, *hash, password_changed_mail(**user, who.language), now);
                  if (!changed)
                      return changed.error();
                  if (!*changed)
                      return errc::invalid_token; // somebody was faster
                  sessions_.remove_user((*user)->id);
                  by_account_.succeeded((*user)->email);
                  mail_queued();
                  return done{};
              });
}

// -- changes by who knows the password ----------------------------------------------------------------------

/// Gives `work` the user (with the hash) whose current password was given.
template <class T, class Work>
void accounts::with_password(user_id user, std::string current, const callback<T>& answer, Work work) {
    const auto name = "user/" + std::to_string(user.value);
    if (const auto attempt = begin_attempt(name); !attempt)
        return answer(attempt.error());
    run<T>(hashing_, answer,
           [this, user, current = std::move(current), name, work](pg::connection& database) -> outcome<T> {
               const auto known = queries::get_user(database, user);
               if (!known)
                   return known.error().code == errc::not_found ? failure{errc::unauthenticated}
                                                                : known.error();
               if (!passwords_.verify(known->encrypted_password, current))
                   return wrong_password();
               by_account_.succeeded(name);
               return work(database, *known);
           });
}

void accounts::change_password(user_id user, const visitor& who, std::string_view token, std::string current,
                               std::string password, const callback<done>& answer) {
    if (auto wrong = new_password_error(password))
        return answer(invalid_field(wrong->field, wrong->code, wrong->detail));
    const auto own = digest_of(token);
    with_password<done>(user, std::move(current), answer,
                        [this, who, own, password = std::move(password)](pg::connection& database,
                                                                         const user_record& known) -> status {
                            const auto hash = passwords_.hash(password);
                            if (!hash)
                                return hash.error();
                            const auto changed = queries::change_password(
                                database, known.id, known.encrypted_password, *hash,
                                own ? own->hex() : std::string{}, password_changed_mail(known, who.language),
                                clock_.now());
                            if (!changed)
                                return changed.error();
                            if (!*changed)
                                return wrong_password(); // any more
                            sessions_.remove_user(known.id);
                            mail_queued();
                            return done{};
                        });
}

void accounts::change_email(user_id user, const visitor& who, std::string current, std::string_view email,
                            const callback<done>& answer) {
    const auto address = mail_address::parse(normalized_email(email));
    if (!address)
        return answer(invalid_field("email", "invalid", "must be an e-mail address"));
    if (auto limit = refused(who))
        return answer(std::move(*limit));
    with_password<done>(
        user, std::move(current), answer,
        [this, who, email = address->text()](pg::connection& database, const user_record& known) {
            return set_address(database, who, known, email);
        });
}

/// Whether somebody else has the address, only that one's owner learns.
status accounts::set_address(pg::connection& database, const visitor& who, const user_record& user,
                             const std::string& email) {
    const auto now = clock_.now();
    const auto language = language_of(user, who.language);
    const bool stays = email == user.email;
    const auto token = stays ? std::string{} : new_friendly_token(random_);
    std::vector<outbox_message> mails;
    if (!stays) {
        const auto taken = find_account(database, email);
        if (!taken)
            return taken.error();
        mails.push_back(
            *taken ? to_outbox({.to = email,
                                .language = language_of(**taken, who.language),
                                .letter = mail_template::already_registered,
                                .values = {}})
                   : confirmation_mail(mail_template::confirm_new_address, email, language, token, now));
        mails.push_back(to_outbox({.to = user.email,
                                   .language = language,
                                   .letter = mail_template::address_change_notice,
                                   .values = {{"masked", masked(email)}}}));
    }
    const auto changed = queries::change_address(database, user.id, user.encrypted_password,
                                                 stays ? std::string{} : email, token, mails, now);
    if (!changed)
        return changed.error();
    if (!*changed)
        return wrong_password(); // any more
    mail_queued();
    return done{};
}

void accounts::close_account(user_id user, const visitor& who, std::string current,
                             const callback<std::vector<std::string>>& answer) {
    using keys = std::vector<std::string>;
    with_password<keys>(user, std::move(current), answer,
                        [this, who](pg::connection& database, const user_record& known) -> outcome<keys> {
                            const auto farewell = to_outbox({.to = known.email,
                                                             .language = language_of(known, who.language),
                                                             .letter = mail_template::account_deleted,
                                                             .values = {}});
                            auto files = queries::forget_user(database, known.id, known.encrypted_password,
                                                              farewell, clock_.now());
                            if (!files)
                                return files;
                            sessions_.remove_user(known.id);
                            mail_queued();
                            return files;
                        });
}

void accounts::choose_language(user_id user, std::optional<mail_language> language,
                               const callback<user_record>& answer) {
    run<user_record>(
        general_, answer, [this, user, language](pg::connection& database) -> outcome<user_record> {
            const auto chosen = queries::set_language(
                database, user, language ? to_string(*language) : std::string_view{}, clock_.now());
            if (!chosen)
                return chosen.error();
            auto known = queries::get_user(database, user);
            return known ? outcome<user_record>{without_hash(*std::move(known))} : known;
        });
}

} // namespace atelier
