#include "http/endpoints/control_room.hpp"

#include "http/control_room/assets.hpp"
#include "http/control_room/log_level.hpp"
#include "http/endpoints/shown_token.hpp"
#include "http/json_command.hpp"
#include "http/sse.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

/// The page runs its own modules, speaks to this site only, and is nobody's frame.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

constexpr std::chrono::milliseconds pause{1000};
constexpr std::size_t actors_shown = 100;
constexpr std::size_t actors_max = 1000;
constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn", "error"};

std::string level_json() {
    return boost::json::serialize(boost::json::object{{"level", log_level()}});
}

/// One who follows. Lives on one I/O thread.
struct viewer {
    service& backend;
    control_room& room;
    std::string token; ///< the stream does not outlive it
    asio::any_io_executor executor;
    std::shared_ptr<void> admission;
    stream_body::sink sink;
    bool busy = false;
    bool over = false;

    viewer(service& b, control_room& c, std::string t, asio::any_io_executor e, std::shared_ptr<void> a)
        : backend{b}, room{c}, token{std::move(t)}, executor{std::move(e)}, admission{std::move(a)} {}

    void send(std::string frame) { over = over || !sink(std::move(frame)); }
    /// In words, so that a page can tell it from a cut connection.
    void end() {
        send(sse_event("end", "{}"));
        if (!over)
            sink({});
        over = true;
    }
};

/// Each is a sign of life, too.
asio::awaitable<void> show(std::shared_ptr<viewer> v) {
    const auto who = co_await v->backend.authenticate_operator(v->token);
    const auto revoked = !who && who.error().code == errc::unauthenticated;
    auto now = co_await v->room.overview();
    v->busy = false;
    if (v->over)
        co_return;
    if (revoked || v->room.is_closing())
        v->end();
    else if (now)
        v->send(sse_event("overview", *now));
    else
        v->send(sse_comment("still there"));
}

void begin_showing(const std::shared_ptr<viewer>& v) {
    if (!v->over && !std::exchange(v->busy, true))
        asio::co_spawn(v->executor, show(v), asio::detached);
}

} // namespace

answer show_control_room(service&, control_room&, request& r) {
    auto page = serve_asset(r, *find_asset(control_room_page::assets, "index.html"));
    page.with("Content-Security-Policy", std::string{page_policy}).with("Referrer-Policy", "no-referrer");
    co_return page;
}

answer show_control_room_file(service&, control_room&, request& r) {
    const auto* const file = find_asset(control_room_page::assets, r.path_parameters.front());
    if (file == nullptr || file->name.ends_with(".html"))
        co_return errc::not_found;
    co_return serve_asset(r, *file);
}

answer show_overview(service&, control_room& room, request&) {
    auto now = co_await room.overview();
    if (!now)
        co_return now.error();
    co_return json_response(200, *std::move(now));
}

answer stream_overview(service& backend, control_room& room, request& r) {
    auto token = bearer_token(r);
    if (!token)
        co_return token.error();
    auto admission = room.admit();
    if (admission == nullptr)
        co_return failure{errc::overloaded, "Too many follow already."};
    const auto executor = co_await asio::this_coro::executor;
    const auto v = std::make_shared<viewer>(backend, room, *std::move(token), executor, std::move(admission));
    stream_body body{[v](stream_body::sink sink) {
                         v->sink = std::move(sink);
                         v->send(sse_retry(pause));
                         begin_showing(v);
                     },
                     [v] {
                         v->over = true;
                         v->admission.reset();
                     }};
    body.beat = [v] { begin_showing(v); };
    body.pause = pause;
    response stream{200};
    stream.content_type = "text/event-stream";
    stream.with("Cache-Control", "no-store").with("X-Accel-Buffering", "no");
    stream.body = std::move(body);
    co_return stream;
}

answer list_live_actors(service&, control_room& room, request& r) {
    std::size_t limit = actors_shown;
    if (const auto wanted = r.query_value("limit")) {
        const auto* const end = wanted->data() + wanted->size();
        const auto [stop, error] = std::from_chars(wanted->data(), end, limit);
        if (error != std::errc{} || stop != end || limit < 1 || limit > actors_max)
            co_return invalid_field("limit", "out_of_range", "must be a number between 1 and 1000");
    }
    std::string kind{r.path_parameters.front()};
    auto found = co_await room.actors(std::move(kind), limit);
    if (!found)
        co_return found.error();
    co_return json_response(200, *std::move(found));
}

answer show_log_level(service&, control_room&, request&) {
    co_return json_response(200, level_json());
}

answer set_log_level(service&, control_room&, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto level = command->text("level", 16);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    if (std::ranges::find(levels, level) == levels.end())
        co_return invalid_field("level", "unknown", "must be trace, debug, info, warn or error");
    spdlog::set_level(spdlog::level::from_str(level));
    co_return json_response(200, level_json());
}

} // namespace atelier::http
