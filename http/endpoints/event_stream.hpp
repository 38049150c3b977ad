#pragma once

#include "http/message.hpp"
#include "http/service.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::http {

/// What one client is told about one generation: puts news that come from any thread into one order, the
/// state as it was read before all that happened since, and nothing behind the final state but `end`.
///
/// Listen first (`tell`), read the state then, `open` with it: so nothing is lost between the two. News that
/// come earlier wait; so does everything until there is a sink. Thread-safe. The sink is called by one thread
/// at a time and without a lock.
class event_stream {
public:
    void tell(const generation_event& news);
    /// The state now: the first event. Once.
    void open(std::string state, bool final);
    /// Where the frames go. Once; sends what has waited.
    void attach(stream_body::sink sink);
    /// A sign of life.
    void beat();
    /// The client has gone.
    void close();
    /// Nothing will be sent any more.
    [[nodiscard]] bool is_over() const;

private:
    void add(const generation_event& news);
    void add_frame(std::string_view event, std::string_view data);
    void flush(std::unique_lock<std::mutex>& lock);

    mutable std::mutex mutex_;
    stream_body::sink sink_;
    std::vector<generation_event> early_; ///< news from before `open`
    std::string waiting_;                 ///< frames to be sent
    std::string status_;                  ///< the data of the last status sent
    std::uint64_t last_id_ = 0;
    bool opened_ = false;
    bool complete_ = false; ///< `end` is among the frames
    bool sending_ = false;  ///< a thread is calling the sink
    bool over_ = false;
};

} // namespace atelier::http
