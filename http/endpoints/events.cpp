#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/event_stream.hpp"
#include "http/endpoints/lists.hpp"
#include "http/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

/// Whether the client takes an event stream. Loosely: weights do not matter, and no header means anything
/// goes.
bool accepts_events(const request& r) {
    const auto accept = to_lower(r.header("accept"));
    return accept.empty() || accept.find("*/*") != std::string::npos ||
           accept.find("text/*") != std::string::npos ||
           accept.find("text/event-stream") != std::string::npos;
}

generation_event final_news(const generation_record& generation) {
    generation_event news;
    news.event = "status";
    news.data = generation_json(generation);
    news.last = true;
    return news;
}

/// One client's stream: its events, the timer of its signs of life, its subscription. Lives on one I/O
/// thread, except for `events`.
struct watcher {
    watcher(service& b, user_id who, generation_id which, const asio::any_io_executor& executor,
            std::chrono::milliseconds pause)
        : backend{b}, user{who}, generation{which}, timer{executor}, heartbeat{pause} {}

    service& backend;
    user_id user;
    generation_id generation;
    /// Of its own, because the listener holds it and the subscription must not end on the listener's thread.
    std::shared_ptr<event_stream> events = std::make_shared<event_stream>();
    std::shared_ptr<void> subscription;
    asio::steady_timer timer;
    std::chrono::milliseconds heartbeat;
};

/// As long as nothing happens, now and then a sign of life, and a look at the database: news can be lost with
/// the process or the actor that had them, the final state cannot.
asio::awaitable<void> keep_alive(std::shared_ptr<watcher> w) {
    while (!w->events->is_over()) {
        boost::system::error_code cancelled;
        w->timer.expires_after(w->heartbeat);
        co_await w->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (cancelled || w->events->is_over())
            co_return;
        const auto now = co_await w->backend.generation(w->user, w->generation);
        if (now && is_final(now->status))
            w->events->tell(final_news(*now));
        else
            w->events->beat();
    }
}

stream_body body_of(const std::shared_ptr<watcher>& w) {
    auto start = [w](stream_body::sink sink) {
        w->events->attach(std::move(sink));
        asio::co_spawn(w->timer.get_executor(), keep_alive(w), asio::detached);
    };
    auto stop = [w] {
        w->events->close();
        w->subscription.reset();
        w->timer.cancel();
    };
    return {std::move(start), std::move(stop)};
}

} // namespace

answer stream_generation_events(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<generation_id>(r);
    if (!id)
        co_return id.error();
    if (!accepts_events(r))
        co_return failure{errc::not_acceptable, "events come as text/event-stream"};
    const auto executor = co_await asio::this_coro::executor;
    const auto w = std::make_shared<watcher>(context.backend, who, *id, executor, context.heartbeat);
    w->subscription = context.backend.watch(
        *id, [events = w->events](const generation_event& news) { events->tell(news); });
    const auto now = co_await context.backend.generation(who, *id);
    if (!now)
        co_return now.error();
    w->events->open(generation_json(*now), is_final(now->status));

    response stream{200};
    stream.content_type = "text/event-stream";
    stream.with("Cache-Control", "no-store").with("X-Accel-Buffering", "no"); // nginx would hold events back
    stream.body = body_of(w);
    co_return stream;
}

} // namespace atelier::http
