#include "http/endpoints/event_stream.hpp"

#include "http/sse.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace atelier::http {
namespace {

// A generation has about a hundred pieces of news in all; whoever has more waiting is stuck.
constexpr std::size_t early_max = 1000;
constexpr std::size_t waiting_bytes_max = 256UL * 1024;

} // namespace

void event_stream::tell(const event_ptr& event) {
    std::unique_lock lock{mutex_};
    if (!event)
        complete_ = true;
    else if (opened_)
        add(*event);
    else if (early_.size() < early_max)
        early_.push_back(event);
    else
        over_ = true;
    flush(lock);
}

void event_stream::open(const event_beginning& beginning) {
    std::unique_lock lock{mutex_};
    opened_ = true;
    waiting_ += sse_retry(beginning.retry);
    for (const auto& event : beginning.events)
        add(*event);
    open_.insert(open_.end(), beginning.open.begin(), beginning.open.end());
    if (beginning.over)
        add_end();
    for (const auto& event : std::exchange(early_, {}))
        add(*event); // what led to a final state is left out
    flush(lock);
}

void event_stream::attach(stream_body::sink sink) {
    std::unique_lock lock{mutex_};
    sink_ = std::move(sink);
    flush(lock);
}

void event_stream::beat() {
    std::unique_lock lock{mutex_};
    if (!complete_)
        waiting_ += sse_comment("still there");
    flush(lock);
}

void event_stream::end() {
    tell(nullptr);
}

void event_stream::close() {
    const std::lock_guard lock{mutex_};
    over_ = true;
}

bool event_stream::is_over() const {
    const std::lock_guard lock{mutex_};
    return over_;
}

std::vector<generation_id> event_stream::unfinished() const {
    const std::lock_guard lock{mutex_};
    return open_;
}

void event_stream::add(const user_event& event) {
    if (complete_)
        return;
    const bool is_status = event.name == "status";
    if (is_status && !is_new(event))
        return;
    if (scope_ == scope::user) {
        add_frame(is_status ? "generation" : event.name, event);
        return;
    }
    add_frame(event.name, event);
    if (event.last)
        add_end();
}

/// Of a status. Fingerprints are enough: two states of one generation that follow each other differ in a word
/// or a time.
bool event_stream::is_new(const user_event& event) {
    if (scope_ == scope::generation) {
        const auto before = std::exchange(last_status_, std::hash<std::string>{}(event.data));
        return before != last_status_;
    }
    const auto known = std::ranges::find(open_, event.generation);
    if (event.id == 0 && known == open_.end())
        return false;
    if (event.last && known != open_.end())
        open_.erase(known);
    else if (!event.last && known == open_.end())
        open_.push_back(event.generation);
    return true;
}

void event_stream::add_frame(std::string_view name, const user_event& event) {
    waiting_ += sse_event(name, event.data, event.id == 0 ? std::string{} : std::to_string(event.id));
}

void event_stream::add_end() {
    waiting_ += sse_event("end", "{}");
    complete_ = true;
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
