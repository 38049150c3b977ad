#pragma once

#include "http/message.hpp"
#include "http/service.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::http {

/// How a stream begins.
struct event_beginning {
    std::vector<event_ptr> events;     ///< what was missed, or the present
    std::vector<generation_id> open;   ///< generations of which it says that they are not final
    bool over = false;                 ///< the client knows all but that nothing follows
    std::chrono::milliseconds retry{}; ///< when to come back after the stream was cut off

    event_beginning() = default;
};

/// What one client is told of one user, or of one generation: puts news that come from any thread into one
/// order, the beginning before all that happened since, and, of a generation, nothing behind the final state
/// but `end`.
///
/// Listen first (`tell`), find out the beginning then, `open` with it: so nothing is lost between the two.
/// News that come earlier wait; so does everything until there is a sink. Thread-safe. The sink is called by
/// one thread at a time and without a lock.
class event_stream {
public:
    enum class scope : bool { user, generation };

    explicit event_stream(scope what) : scope_{what} {}

    /// Null: nothing more will be told, and the stream ends. An event without an id was found by looking: it
    /// is passed on if it says anything new.
    void tell(const event_ptr& event);
    /// Once.
    void open(const event_beginning& beginning);
    /// Where the frames go. Once; sends what has waited.
    void attach(stream_body::sink sink);
    /// A sign of life.
    void beat();
    /// Ends the stream after what waits.
    void end();
    /// The client has gone.
    void close();
    /// Nothing will be sent any more.
    [[nodiscard]] bool is_over() const;
    /// Of a user's stream: the generations of which it has told, but not that they are final.
    [[nodiscard]] std::vector<generation_id> unfinished() const;

private:
    void add(const user_event& event);
    bool is_new(const user_event& event);
    void add_frame(std::string_view name, const user_event& event);
    void add_end();
    void flush(std::unique_lock<std::mutex>& lock);

    const scope scope_;
    bool opened_ = false;
    bool complete_ = false; ///< nothing is added any more
    bool sending_ = false;  ///< a thread is calling the sink
    bool over_ = false;
    mutable std::mutex mutex_;
    stream_body::sink sink_;
    std::vector<event_ptr> early_;           ///< news from before `open`
    std::string waiting_;                    ///< frames to be sent
    std::vector<generation_id> open_;        ///< of a user
    std::optional<std::size_t> last_status_; ///< of a generation: fingerprint of the data
};

} // namespace atelier::http
