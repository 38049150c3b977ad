#include "actors/domain/views.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/event_stream.hpp"
#include "http/endpoints/lists.hpp"
#include "http/endpoints/shown_token.hpp"
#include "http/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

/// Clients that are cut off together come back one after the other within twice this time.
constexpr std::uint64_t retry_milliseconds = 1000;
/// So many lost final states are made up for with each sign of life.
constexpr std::size_t lost_max = 20;

/// Whether the client takes an event stream. Loosely: weights do not matter, and no header means anything
/// goes.
bool accepts_events(const request& r) {
    const auto accept = to_lower(r.header("accept"));
    return accept.empty() || accept.find("*/*") != std::string::npos ||
           accept.find("text/*") != std::string::npos ||
           accept.find("text/event-stream") != std::string::npos;
}

/// The id of the last event that the client has seen. One that is not ours is none.
std::optional<std::uint64_t> last_event_id(const request& r) {
    const auto text = r.header("last-event-id");
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return id;
}

/// The state of a generation that was read; with the id 0 if it is not the beginning of a stream.
event_ptr status_of(const generation_record& generation, std::uint64_t id) {
    auto event = std::make_shared<user_event>();
    event->id = id;
    event->generation = generation.id;
    event->name = "status";
    event->data = generation_json(generation);
    event->last = is_final(generation.status);
    return event;
}

/// One client's stream. Lives on one I/O thread, except for `events`.
struct watcher {
    watcher(const endpoint_context& context, const request& r, user_id who, generation_id which,
            asio::any_io_executor io)
        : backend{context.backend}, user{who},
          generation{which}, token{shown_token_of(r, context.base_url()).value().token},
          executor{std::move(io)}, heartbeat{context.heartbeat}, events{std::make_shared<event_stream>(
                                                                     which ? event_stream::scope::generation
                                                                           : event_stream::scope::user)} {}

    service& backend;
    user_id user;
    generation_id generation; ///< none: all
    std::string token;        ///< the stream does not outlive its session
    asio::any_io_executor executor;
    std::chrono::milliseconds heartbeat;
    /// Of its own, because the listener holds it and the subscription must not end on the listener's thread.
    std::shared_ptr<event_stream> events;
    std::shared_ptr<void> subscription;
    bool looking = false;
};

/// Begins to listen.
outcome<event_backlog> follow(watcher& w, const request& r) {
    auto feed = w.backend.follow(w.user, w.generation, last_event_id(r),
                                 [events = w.events](const event_ptr& event) { events->tell(event); });
    if (!feed)
        return feed.error();
    w.subscription = std::move(feed->subscription);
    return std::move(feed->before);
}

event_beginning begin(event_backlog& before) {
    event_beginning beginning;
    beginning.retry = std::chrono::milliseconds{retry_milliseconds + before.position % retry_milliseconds};
    beginning.over = before.over;
    if (before.missed)
        beginning.events = std::move(*before.missed);
    return beginning;
}

/// News can be lost with the process or the actor that had them; the final state cannot.
asio::awaitable<void> look_at_generation(watcher& w) {
    const auto now = co_await w.backend.generation(w.user, w.generation);
    if (now && is_final(now->status))
        w.events->tell(status_of(*now, 0));
}

asio::awaitable<void> look_at_unfinished(watcher& w) {
    auto told = w.events->unfinished();
    if (told.empty())
        co_return;
    const auto now = co_await w.backend.snapshot(w.user);
    if (!now || now->more)
        co_return;
    std::erase_if(told, [&](generation_id id) {
        return std::ranges::find(now->unfinished, id, &generation_record::id) != now->unfinished.end();
    });
    told.resize(std::min(told.size(), lost_max));
    for (const auto id : told) {
        const auto found = co_await w.backend.generation(w.user, id);
        if (found && is_final(found->status))
            w.events->tell(status_of(*found, 0));
    }
}

/// Now and then: a look at the session and at the database, and a sign of life.
asio::awaitable<void> look(std::shared_ptr<watcher> w) {
    const auto user = co_await w->backend.authenticate(w->token);
    if (!user && user.error().code == errc::unauthenticated)
        w->events->end();
    else if (w->generation)
        co_await look_at_generation(*w);
    else
        co_await look_at_unfinished(*w);
    w->events->beat();
    w->looking = false;
}

response stream_of(const std::shared_ptr<watcher>& w) {
    auto start = [w](stream_body::sink sink) { w->events->attach(std::move(sink)); };
    auto stop = [w] {
        w->events->close();
        w->subscription.reset();
    };
    auto beat = [w] {
        if (!w->events->is_over() && !std::exchange(w->looking, true))
            asio::co_spawn(w->executor, look(w), asio::detached);
    };
    response stream{200};
    stream.content_type = "text/event-stream";
    stream.with("Cache-Control", "no-store").with("X-Accel-Buffering", "no"); // nginx would hold events back
    stream_body body{std::move(start), std::move(stop)};
    body.beat = std::move(beat);
    body.pause = w->heartbeat;
    stream.body = std::move(body);
    return stream;
}

failure not_acceptable() {
    return {errc::not_acceptable, "events come as text/event-stream"};
}

} // namespace

answer stream_generation_events(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<generation_id>(r);
    if (!id)
        co_return id.error();
    if (!accepts_events(r))
        co_return not_acceptable();
    const auto executor = co_await asio::this_coro::executor;
    const auto w = std::make_shared<watcher>(context, r, who, *id, executor);
    auto before = follow(*w, r);
    if (!before)
        co_return before.error();
    const auto now = co_await context.backend.generation(who, *id);
    if (!now)
        co_return now.error();
    const bool resumed = before->missed.has_value();
    auto beginning = begin(*before);
    if (!resumed)
        beginning.events.push_back(status_of(*now, before->position));
    else if (is_final(now->status) && !beginning.over &&
             std::ranges::none_of(beginning.events, &user_event::last))
        beginning.events.push_back(status_of(*now, 0));
    w->events->open(beginning);
    co_return stream_of(w);
}

answer stream_user_events(const endpoint_context& context, request& r, user_id who) {
    if (!accepts_events(r))
        co_return not_acceptable();
    const auto executor = co_await asio::this_coro::executor;
    const auto w = std::make_shared<watcher>(context, r, who, generation_id{}, executor);
    auto before = follow(*w, r);
    if (!before)
        co_return before.error();
    const bool resumed = before->missed.has_value();
    auto beginning = begin(*before);
    if (!resumed) {
        const auto now = co_await context.backend.snapshot(who);
        if (!now)
            co_return now.error();
        auto snapshot = std::make_shared<user_event>();
        snapshot->id = before->position;
        snapshot->name = "snapshot";
        snapshot->data = snapshot_json(now->balance, now->unfinished, now->more);
        beginning.events.push_back(std::move(snapshot));
        for (const auto& generation : now->unfinished)
            beginning.open.push_back(generation.id);
    }
    w->events->open(beginning);
    co_return stream_of(w);
}

} // namespace atelier::http
