#pragma once

#include "actors/domain/devise_token.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/records.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/time.hpp"
#include "actors/mail/address.hpp"
#include "actors/mail/language.hpp"
#include "actors/mail/templates.hpp"
#include "actors/passwords.hpp"
#include "actors/session_cache.hpp"
#include "config/settings.hpp"
#include "persistence/connection_pool.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// Who people are: sign-up, confirmation, sign-in, sessions, forgotten and new passwords and addresses, with
/// Devise's meaning of the columns of `users`.
///
/// Accounts need no actor: nobody's account is kept in memory, and every race is decided by PostgreSQL (the
/// unique address, single updates that compare what they replace). So each command is straight-line code in
/// one job of a pool; commands that hash a password go to a pool of their own, whose queue limit keeps them
/// from delaying others.
///
/// No answer, and no time that it takes, tells whether an address is known, before the right password was
/// given. Who tries too often has to wait (`rate_limited`): an address for all it does here, and whoever
/// guesses at the password of an account, whether it exists or not.
///
/// Callbacks are called exactly once: on a thread of a pool or, when nothing has to be looked up, on the
/// caller's before the call returns. They must not throw or block. Every command can also fail with
/// `overloaded` (queue full, or the command waited for longer than `patience`) and `unavailable`.
/// Thread-safe.
class accounts {
public:
    template <class T>
    using callback = std::function<void(outcome<T>)>;

    /// Who asks.
    struct visitor {
        std::string address{};    ///< IP; "" = not known
        std::string user_agent{}; ///< of the client, as it names itself
        mail_language language{};
    };

    /// What is used and must outlive this object. The pools must have been stopped before this object goes.
    struct resources {
        connection_pool& hashing; ///< `accounts.hash_threads` connections, `accounts.hash_queue_limit`
        connection_pool& general;
        session_cache& sessions;
        const clock& time;
        random_source& random;
    };
    struct options {
        accounts_settings settings;
        std::string secret_key_base{}; ///< of the Rails application, for digests of tokens
        rails_defaults rails = rails_defaults::v7_1;
        std::function<std::string()> base_url; ///< of the links in mails; thread-safe
        /// A mail is due now. Called on a thread of a pool; must not block. May be empty.
        std::function<void()> on_mail_queued = {};
        milliseconds patience = std::chrono::seconds{30}; ///< how long a caller waits for an answer
    };

    /// Takes about a tenth of a second, to derive keys.
    accounts(resources used, options o);

    /// Makes an account and mails a link to confirm it. A known address gets a mail as well: the link again,
    /// or the news that it has an account. `validation_failed` about "email" and "password".
    void sign_up(const visitor& who, std::string_view email, std::string password,
                 const callback<done>& answer);

    /// Mails the link again if there is an account to confirm, or a new address of one.
    void resend_confirmation(const visitor& who, std::string_view email, const callback<done>& answer);

    /// Confirms the address that the token was mailed to, or finds it confirmed. `invalid_token` also for a
    /// token that is older than `confirmation_lifetime`; `state_conflict` when somebody else has got the
    /// address meanwhile.
    void confirm(std::string token, const callback<user_record>& answer);

    struct signed_in {
        std::string token;  ///< the bearer token; told only here
        instant expires_at; ///< unless it is used before
        instant ends_at;    ///< however much it is used
        user_record user;
    };
    /// Begins a session. `invalid_credentials`; `email_not_confirmed` and `account_blocked` only to who has
    /// the right password. A hash that is cheaper than the setting is replaced.
    void sign_in(const visitor& who, std::string_view email, std::string password, bool remember,
                 const callback<signed_in>& answer);

    /// Whose token this is, of a session or an API key, if that is known without asking the database. Never
    /// blocks.
    [[nodiscard]] std::optional<principal> cached(std::string_view token);
    /// Whose token this is; `unauthenticated`. To be asked when `cached` does not know.
    void authenticate(std::string_view token, const callback<principal>& answer);

    /// Ends the session. When it answers, the token is dead; one that was dead before is no error.
    void sign_out(std::string_view token, const callback<done>& answer);
    /// Ends all sessions of the user.
    void sign_out_everywhere(user_id user, const callback<done>& answer);

    /// The latest used first.
    void list_sessions(user_id user, std::string_view token,
                       const callback<std::vector<listed_session>>& answer);
    /// Ends one of the user's sessions; `not_found`.
    void end_session(user_id user, session_id session, const callback<done>& answer);

    struct new_api_key {
        std::string token; ///< told only here
        api_key_record key;
    };
    /// A user can have 50. `expires_at` none: it never expires. `state_conflict` when there are as many.
    void create_api_key(user_id user, std::string name, scopes may, std::optional<instant> expires_at,
                        const callback<new_api_key>& answer);
    /// Also expired ones, the oldest first.
    void list_api_keys(user_id user, const callback<std::vector<api_key_record>>& answer);
    /// Ends one of the user's keys; `not_found`.
    void delete_api_key(user_id user, api_key_id key, const callback<done>& answer);

    /// The account, without the password hash; `unauthenticated` when it has gone.
    void me(user_id user, const callback<user_record>& answer);
    /// The language of the user's mails; none: that of whoever asks for them.
    void choose_language(user_id user, std::optional<mail_language> language,
                         const callback<user_record>& answer);

    /// Mails a link that sets a new password, if there is such an account.
    void request_reset(const visitor& who, std::string_view email, const callback<done>& answer);
    /// Sets a new password, once, and ends all sessions. `invalid_token` also for a token that is older than
    /// `reset_lifetime`; `validation_failed` about "password".
    void reset_password(const visitor& who, std::string token, std::string password,
                        const callback<done>& answer);
    /// Sets a new password and ends all sessions but the one of `token`. `validation_failed` about "password"
    /// and "current_password".
    void change_password(user_id user, const visitor& who, std::string_view token, std::string current,
                         std::string password, const callback<done>& answer);
    /// Mails a link to the new address, which replaces the present one when it is confirmed, and tells the
    /// present one. `validation_failed` about "email" and "current_password".
    void change_email(user_id user, const visitor& who, std::string current, std::string_view email,
                      const callback<done>& answer);
    /// Deletes what is personal and ends the account; the journal stays. The keys of the files to remove.
    /// `validation_failed` about "current_password"; `state_conflict` while a generation is not final or a
    /// subscription is renewed.
    void close_account(user_id user, const visitor& who, std::string current,
                       const callback<std::vector<std::string>>& answer);

private:
    template <class T, class Work>
    void submit(connection_pool& pool, const callback<T>& answer, Work work);
    template <class T, class Work>
    void run(connection_pool& pool, const callback<T>& answer, Work work);
    template <class Write>
    void mail_account(const visitor& who, std::string_view email, const callback<done>& answer, Write write);
    template <class T, class Work>
    void with_password(user_id user, std::string current, const callback<T>& answer, Work work);

    [[nodiscard]] std::optional<failure> refused(const visitor& who);
    [[nodiscard]] outcome<lockout::verdict> begin_attempt(std::string_view account);

    status enrol(pg::connection& database, const visitor& who, const std::string& email,
                 const std::string& password);
    status remind(pg::connection& database, const user_record& user, mail_language language);
    status queue_mail(pg::connection& database, const outbox_message& mail);
    void mail_queued() const;

    outcome<signed_in> admit(pg::connection& database, const visitor& who, const std::string& email,
                             const std::string& password, bool remember);
    void tell_blocked(pg::connection& database, const visitor& who, const std::string& email,
                      const lockout::verdict& attempt);
    outcome<bool> rehash(pg::connection& database, user_record& user, const std::string& password);
    outcome<std::optional<signed_in>> begin_session(pg::connection& database, const visitor& who,
                                                    const user_record& user, bool remember);
    outcome<principal> load_session(pg::connection& database, const token_digest& digest);
    outcome<principal> load_api_key(pg::connection& database, const token_digest& digest);
    void touch_session(const token_digest& digest, instant at, instant expires_at);
    void touch_api_key(const token_digest& digest, instant at);
    [[nodiscard]] milliseconds lifetime_of(bool remembered) const;

    status mail_reset(pg::connection& database, const visitor& who, const user_record& user);
    status set_address(pg::connection& database, const visitor& who, const user_record& user,
                       const std::string& email);

    [[nodiscard]] std::string link(std::string_view path, std::string_view token) const;
    /// `letter`: confirmation or confirm_new_address.
    [[nodiscard]] outbox_message confirmation_mail(mail_template letter, const std::string& to,
                                                   mail_language language, const std::string& token,
                                                   instant sent_at) const;
    [[nodiscard]] outbox_message reset_mail(const user_record& user, mail_language language,
                                            const std::string& token, instant sent_at) const;
    [[nodiscard]] outbox_message password_changed_mail(const user_record& user, mail_language language) const;
    [[nodiscard]] outbox_message blocked_mail(const user_record& user, mail_language language,
                                              instant until) const;

    connection_pool& hashing_;
    connection_pool& general_;
    session_cache& sessions_;
    const clock& clock_;
    random_source& random_;
    options options_;
    passwords passwords_;
    devise_token_digest reset_digest_;
    devise_token_digest confirmation_digest_;
    attempt_rate by_address_;
    lockout by_account_;
};

/// The mail language that a user has chosen, else `otherwise`.
[[nodiscard]] mail_language language_of(const user_record& user, mail_language otherwise);

} // namespace atelier
