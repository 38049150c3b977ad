#include "http/endpoints/await_end.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

/// For one I/O thread.
struct end_bell {
    explicit end_bell(const asio::any_io_executor& executor) : timer{executor} {}

    asio::steady_timer timer;
    bool rung = false;
};

asio::awaitable<void> wait(end_bell& bell, std::chrono::milliseconds limit) {
    if (bell.rung)
        co_return;
    boost::system::error_code cancelled; // when it rings
    bell.timer.expires_after(limit);
    co_await bell.timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

} // namespace

asio::awaitable<std::optional<generation_record>>
await_end(service& backend, user_id user, generation_id generation, std::chrono::milliseconds limit) {
    const auto executor = co_await asio::this_coro::executor;
    const auto bell = std::make_shared<end_bell>(executor);
    auto on_event = [executor, heard = std::weak_ptr{bell}](const event_ptr& event) {
        if (event && !event->last)
            return;
        asio::post(executor, [heard] {
            if (const auto there = heard.lock()) {
                there->rung = true;
                there->timer.cancel();
            }
        });
    };
    const auto listening = backend.listen(user, generation, std::move(on_event)); // before the first look
    auto now = co_await backend.generation(user, generation);
    if (now && !is_final(now->status)) {
        co_await wait(*bell, limit);
        now = co_await backend.generation(user, generation);
    }
    if (now && is_final(now->status))
        co_return std::move(*now);
    co_return std::nullopt;
}

} // namespace atelier::http
