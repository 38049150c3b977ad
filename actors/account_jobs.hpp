#pragma once

#include "actors/accounts.hpp"

#include <spdlog/spdlog.h>

#include <utility>

/// What the source files of `accounts` share.
namespace atelier {

[[nodiscard]] inline failure too_busy() {
    failure why{errc::overloaded};
    why.retry_after = std::chrono::seconds{1};
    return why;
}

[[nodiscard]] inline user_record without_hash(user_record user) {
    user.encrypted_password.clear();
    return user;
}

/// Also for addresses that we would not accept but that an account may have from elsewhere. `email` is
/// normalized.
[[nodiscard]] outcome<std::optional<user_record>> find_account(pg::connection& database,
                                                               const std::string& email);

/// Gives `work` a connection and the callback to answer.
template <class T, class Work>
void accounts::submit(connection_pool& pool, const callback<T>& answer, Work work) {
    const auto since = clock_.now();
    const bool taken = pool.submit([this, since, answer, work](outcome<pg::connection*> database) {
        if (!database)
            return answer(std::move(database).error());
        if (clock_.now() - since > options_.patience)
            return answer(too_busy()); // nobody waits for this any more
        work(**database, answer);
    });
    if (!taken)
        answer(too_busy());
}

/// Answers with what `work` makes of a connection.
template <class T, class Work>
void accounts::run(connection_pool& pool, const callback<T>& answer, Work work) {
    submit<T>(pool, answer,
              [work](pg::connection& database, const callback<T>& reply) { reply(work(database)); });
}

/// Answers, and then looks for the account and has `write` (connection, user → status) queue a mail to it:
/// the time must not tell whether there is one.
template <class Write>
void accounts::mail_account(const visitor& who, std::string_view email, const callback<done>& answer,
                            Write write) {
    if (auto limit = refused(who))
        return answer(std::move(*limit));
    submit<done>(
        general_, answer,
        [email = normalized_email(email), write](pg::connection& database, const callback<done>& reply) {
            reply(done{});
            const auto user = find_account(database, email);
            status written = done{};
            if (!user)
                written = user.error();
            else if (*user)
                written = write(database, **user);
            if (!written)
                spdlog::error("accounts: a mail could not be queued: {}", written.error().detail);
        });
}

} // namespace atelier
