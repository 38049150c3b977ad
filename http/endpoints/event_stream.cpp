#include "http/endpoints/event_stream.hpp"

#include "http/sse.hpp"

#include <utility>

namespace atelier::http {
namespace {

// A generation has about a hundred pieces of news in all; whoever has more waiting is stuck.
constexpr std::size_t early_max = 1000;
constexpr std::size_t waiting_bytes_max = 256UL * 1024;

} // namespace

void event_stream::tell(const generation_event& news) {
    std::unique_lock lock{mutex_};
    if (opened_)
        add(news);
    else if (early_.size() < early_max)
        early_.push_back(news);
    else
        over_ = true;
    flush(lock);
}

void event_stream::open(std::string state, bool final) {
    std::unique_lock lock{mutex_};
    opened_ = true;
    generation_event now;
    now.event = "status";
    now.data = std::move(state);
    now.last = final;
    add(now);
    for (const auto& news : std::exchange(early_, {}))
        add(news); // what led to a final state is left out
    flush(lock);
}

void event_stream::attach(stream_body::sink sink) {
    std::unique_lock lock{mutex_};
    sink_ = std::move(sink);
    flush(lock);
}

void event_stream::beat() {
    std::unique_lock lock{mutex_};
    waiting_ += sse_comment("still there");
    flush(lock);
}

void event_stream::close() {
    const std::lock_guard lock{mutex_};
    over_ = true;
}

bool event_stream::is_over() const {
    const std::lock_guard lock{mutex_};
    return over_;
}

void event_stream::add(const generation_event& news) {
    if (complete_)
        return;
    const bool is_status = news.event == "status";
    if (!is_status || news.data != status_)
        add_frame(news.event, news.data);
    if (is_status)
        status_ = news.data;
    if (!news.last)
        return;
    add_frame("end", "{}");
    complete_ = true;
}

void event_stream::add_frame(std::string_view event, std::string_view data) {
    waiting_ += sse_event(event, data, std::to_string(++last_id_));
}

/// The sink may come back here, and takes locks of its own; frames keep their order because only one thread
/// sends.
void event_stream::flush(std::unique_lock<std::mutex>& lock) {
    if (waiting_.size() > waiting_bytes_max)
        over_ = true;
    if (sending_ || !sink_)
        return;
    sending_ = true;
    while (!over_ && (!waiting_.empty() || complete_)) {
        auto chunk = std::exchange(waiting_, {}); // empty: it was all sent, which ends the stream
        const bool last = chunk.empty();
        lock.unlock();
        const bool taken = sink_(std::move(chunk));
        lock.lock();
        if (last || !taken)
            over_ = true;
    }
    sending_ = false;
}

} // namespace atelier::http
