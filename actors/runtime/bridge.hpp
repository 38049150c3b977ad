#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/runtime/concurrency_limit.hpp"
#include "actors/runtime/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message_id.hpp>
#include <caf/response_type.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <unordered_map>

namespace atelier {

/// What an ask is to the rest: a question; a change, by whose time the limit is judged; or something that is
/// let in when others are refused, as webhooks and operators are.
enum class ask_role : std::uint8_t { question, change, vital };

/// Turns the answer of an actor into the completion of an Asio coroutine.
///
/// `co_await bridge.ask<Reply>(handle, command)` sends the command and resumes with the reply on the
/// coroutine's own executor. No thread waits. A receiver that died, a reply that did not come before the
/// deadline and a shutdown complete it with a failure; a command that was already sent is carried out all the
/// same. Thread-safe.
class bridge {
public:
    /// `deadline` holds for every ask; `limit` is the number of asks that may wait at once, and is lowered
    /// while changes take longer than `queueing_limit`.
    bridge(caf::actor_system& system, metrics& meters, std::chrono::milliseconds deadline, std::size_t limit,
           std::chrono::milliseconds queueing_limit);
    ~bridge();
    bridge(const bridge&) = delete;
    bridge& operator=(const bridge&) = delete;

    /// Errors: what the actor answers; overloaded (too many asks wait), unavailable (the actor is gone, or
    /// the bridge closed), deadline_exceeded.
    template <class Reply, class Handle, class Command>
    boost::asio::awaitable<outcome<Reply>> ask(const Handle& receiver, Command command,
                                               ask_role role = ask_role::question);

    /// Fails the asks whose deadline is over, and adjusts the limit. To be called a few times a second.
    void sweep();

    /// Asks that wait, and those that may.
    [[nodiscard]] std::size_t waiting() const { return limit_.inside(); }
    [[nodiscard]] std::size_t limit() const { return limit_.limit(); }

    /// Fails all asks, now and from now on.
    void close();

private:
    /// Receives the message that was answered, or null with the reason.
    using completion = std::function<void(const caf::message*, errc)>;

    struct pending {
        std::chrono::steady_clock::time_point deadline;
        completion complete;
    };
    struct shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, pending> asks;
    };
    static constexpr std::size_t shard_count = 16;

    /// The number of a new ask, to be the id of its message. Errors: overloaded, unavailable (closed).
    [[nodiscard]] outcome<std::uint64_t> admit(completion complete, ask_role role);
    void answered(caf::mailbox_element& element);
    /// Completes an ask if it still waits.
    void complete(std::uint64_t ask, const caf::message* answer, errc why);
    shard& shard_of(std::uint64_t ask) { return shards_[ask % shard_count]; }

    metrics& meters_;
    std::chrono::milliseconds deadline_;
    concurrency_limit limit_;
    caf::actor companion_;
    std::array<shard, shard_count> shards_;
    std::atomic<std::uint64_t> next_{1};
    std::atomic<bool> closed_{false};
};

template <class Reply, class Handle, class Command>
boost::asio::awaitable<outcome<Reply>> bridge::ask(const Handle& receiver, Command command, ask_role role) {
    using answer = typename caf::response_type<typename Handle::signatures, Command>::type;
    static_assert(std::is_same_v<answer, caf::detail::type_list<outcome<Reply>>> ||
                      std::is_same_v<answer, caf::detail::type_list<Reply>>,
                  "the receiver does not answer this command like that");
    constexpr bool bare = std::is_same_v<answer, caf::detail::type_list<Reply>>;
    using result = outcome<Reply>;

    const auto begun = std::chrono::steady_clock::now();
    auto initiate = [this, &receiver, &command, role](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto finish = [shared, executor](result value) {
            boost::asio::post(executor,
                              [shared, value = std::move(value)]() mutable { (*shared)(std::move(value)); });
        };
        using payload = std::conditional_t<bare, Reply, result>;
        const auto ask = admit(
            [finish](const caf::message* message, errc why) {
                if (message == nullptr)
                    finish(result{why});
                else if (message->template match_elements<payload>())
                    finish(result{message->template get_as<payload>(0)});
                else
                    finish(result{errc::unavailable});
            },
            role);
        if (!ask) {
            finish(result{ask.error().code});
            return;
        }
        auto target = caf::actor_cast<caf::strong_actor_ptr>(receiver);
        if (!target) {
            complete(*ask, nullptr, errc::unavailable);
            return;
        }
        target->enqueue(caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(companion_),
                                                  caf::make_message_id(*ask), {}, std::move(command)),
                        nullptr);
    };
    auto answered = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result)>(
        initiate, boost::asio::use_awaitable);
    if (role == ask_role::change && answered) // refusals need no commit
        limit_.changed_after(
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun));
    co_return answered;
}

} // namespace atelier
