#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/records.hpp"
#include "actors/domain/time.hpp"
#include "actors/mail/address.hpp"
#include "actors/mail/language.hpp"
#include "actors/passwords.hpp"
#include "actors/session_cache.hpp"
#include "config/settings.hpp"
#include "persistence/connection_pool.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// Who people are: sign-up, confirmation, sign-in, sessions, with Devise's meaning of the columns of `users`.
///
/// Accounts need no actor: nobody's account is kept in memory, and every race is decided by PostgreSQL (the
/// unique address, single updates that compare what they replace). So each command is straight-line code in
/// one job of a pool; commands that hash a password go to a pool of their own, whose queue limit keeps them
/// from delaying others.
///
/// No answer, and no time that it takes, tells whether an address is known, before the right password was
/// given.
///
/// Callbacks are called exactly once: on a thread of a pool or, when nothing has to be looked up, on the
/// caller's before the call returns. They must not throw or block. Every command can also fail with
/// `overloaded` (queue full, or the command waited for longer than `patience`) and `unavailable`.
/// Thread-safe.
class accounts {
public:
    template <class T>
    using callback = std::function<void(outcome<T>)>;

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
        std::function<std::string()> base_url; ///< of the links in mails; thread-safe
        /// A mail is due now. Called on a thread of a pool; must not block. May be empty.
        std::function<void()> on_mail_queued = {};
        milliseconds patience = std::chrono::seconds{30}; ///< how long a caller waits for an answer
    };

    accounts(resources used, options o);

    /// Makes an account and mails a link to confirm it. A known address gets a mail as well: the link again,
    /// or the news that it has an account. `validation_failed` about "email" and "password".
    void sign_up(std::string_view email, std::string password, mail_language language,
                 const callback<done>& answer);

    /// Mails the link again if there is an account to confirm.
    void resend_confirmation(std::string_view email, mail_language language, const callback<done>& answer);

    /// Confirms the account that the token was mailed to, or finds it confirmed. `invalid_token` also for a
    /// token that is older than `confirmation_lifetime`.
    void confirm(std::string token, const callback<user_record>& answer);

    struct signed_in {
        std::string token; ///< the bearer token; told only here
        instant expires_at;
        user_record user;
    };
    /// Begins a session. `invalid_credentials`; `email_not_confirmed` only to who has the right password. A
    /// hash that is cheaper than the setting is replaced.
    void sign_in(std::string_view email, std::string password, bool remember,
                 const callback<signed_in>& answer);

    /// Whose token this is, if that is known without asking the database. Never blocks.
    [[nodiscard]] std::optional<user_id> cached_user(std::string_view token);
    /// Whose token this is; `unauthenticated`. To be asked when `cached_user` does not know.
    void authenticate(std::string_view token, const callback<user_id>& answer);

    /// Ends the session. When it answers, the token is dead; one that was dead before is no error.
    void sign_out(std::string_view token, const callback<done>& answer);

    /// The account, without the password hash; `unauthenticated` when it has gone.
    void me(user_id user, const callback<user_record>& answer);

private:
    template <class T, class Work>
    void submit(connection_pool& pool, const callback<T>& answer, Work work);
    template <class T, class Work>
    void run(connection_pool& pool, const callback<T>& answer, Work work);

    status enrol(pg::connection& database, const std::string& email, const std::string& password,
                 mail_language language);
    status remind(pg::connection& database, const user_record& user, mail_language language);
    status queue_mail(pg::connection& database, const outbox_message& mail);
    void mail_queued() const;

    outcome<signed_in> admit(pg::connection& database, const std::string& email, const std::string& password,
                             bool remember);
    outcome<bool> rehash(pg::connection& database, user_record& user, const std::string& password);
    outcome<std::optional<signed_in>> begin_session(pg::connection& database, const user_record& user,
                                                    bool remember);
    outcome<user_id> load_session(pg::connection& database, const session_digest& digest);
    void touch(const session_digest& digest, instant at);

    [[nodiscard]] outbox_message confirmation_mail(const std::string& to, mail_language language,
                                                   const std::string& token, instant sent_at) const;

    connection_pool& hashing_;
    connection_pool& general_;
    session_cache& sessions_;
    const clock& clock_;
    random_source& random_;
    options options_;
    passwords passwords_;
};

} // namespace atelier
