#pragma once

#include "actors/accounts.hpp"
#include "actors/mail/outbox_delivery.hpp"
#include "persistence/pg/connection.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/mail_reader.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace atelier::test {

/// Accounts on a fresh, migrated database, with cheap hashes, a clock of the test's own and mails in files.
class accounts_fixture {
public:
    accounts_fixture();
    ~accounts_fixture(); ///< stops the pools before the accounts go

    outcome<done> sign_up(const std::string& email, const std::string& password = "secret123",
                          mail_language language = mail_language::english);
    outcome<done> resend(const std::string& email);
    outcome<user_record> confirm(const std::string& token);
    outcome<accounts::signed_in> sign_in(const std::string& email, const std::string& password = "secret123",
                                         bool remember = false);
    outcome<principal> authenticate(const std::string& token);
    outcome<done> sign_out(const std::string& token);
    outcome<user_record> me(user_id user);
    outcome<done> request_reset(const std::string& email);
    outcome<done> reset(const std::string& token, const std::string& password);
    outcome<done> change_password(user_id user, const std::string& token, const std::string& current,
                                  const std::string& password);
    outcome<done> change_email(user_id user, const std::string& email,
                               const std::string& current = "secret123");
    outcome<std::vector<std::string>> close(user_id user, const std::string& current = "secret123");

    /// A user who has signed up and confirmed.
    user_id confirmed_user(const std::string& email);

    /// Sends what is due; all mails so far, in the order in which they were queued.
    std::vector<read_mail> delivered_mails();
    /// Waits until the pools have nothing to do: some commands answer before all is done.
    void settle();

    /// The first column of the first row, as text; "" when there is none.
    std::string value(const std::string& sql);

    [[nodiscard]] pool_options options(std::size_t connections) const;

    const std::string conninfo;
    manual_clock time;
    seeded_random random;
    session_cache sessions{1000};
    connection_pool hashing{options(2)};
    connection_pool general{options(2)};
    std::atomic<int> mails_queued = 0;
    accounts people;
    temporary_directory place;
    file_mailbox mailbox{place.path() / "mail"};
    outbox_delivery delivery;
    pg::connection database;

private:
    std::unique_ptr<pg_conn, void (*)(pg_conn*)> observer_;
};

/// The answer of a command that `start` starts; throws after a minute without one.
template <class T>
outcome<T> answer_of(const std::function<void(accounts::callback<T>)>& start) {
    const auto promised = std::make_shared<std::promise<outcome<T>>>();
    auto answer = promised->get_future();
    start([promised](outcome<T> result) { promised->set_value(std::move(result)); });
    if (answer.wait_for(std::chrono::minutes{1}) != std::future_status::ready)
        throw std::runtime_error{"no answer"};
    return answer.get();
}

/// Runs both at the same time.
void at_once(const std::function<void()>& one, const std::function<void()>& other);

/// Settings of the tests: hashes of cost 5.
accounts_settings cheap_accounts();

/// The token of the link in a mail, to confirm an address or to set a password; "" when there is none.
std::string token_in(const read_mail& mail);

} // namespace atelier::test
