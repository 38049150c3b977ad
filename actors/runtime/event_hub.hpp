#pragma once

#include "actors/domain/time.hpp"
#include "actors/domain/user_event.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace atelier {

/// News of one generation.
struct generation_news {
    std::string event; ///< "status" or "progress"
    std::string data;  ///< JSON
    bool last = false; ///< the generation is final
};

/// How much an event hub remembers of users to whom somebody has listened.
struct event_memory {
    std::size_t bytes_per_user = 32UL * 1024;
    std::size_t users = 4096; ///< to whom nobody listens at present
};

/// Where it is told what happens to users and their generations, and whoever is interested listens. What is
/// told of users whom nobody follows is dropped at once; of the others the latest events are remembered, so
/// that a listener who was cut off can go on where it was. Thread-safe.
class event_hub {
public:
    /// Called on the teller's thread: must be quick, and must not call the hub. Null: the service stops, and
    /// nothing more will be told.
    using listener = std::function<void(const event_ptr&)>;

    /// Ends the listening when it is destroyed; afterwards the listener is not called any more. Must not
    /// outlive the hub.
    class subscription {
    public:
        subscription() = default;
        subscription(event_hub& hub, user_id user, std::uint64_t number)
            : hub_{&hub}, user_{user}, number_{number} {}
        subscription(subscription&& other) noexcept;
        subscription& operator=(subscription&& other) noexcept;
        ~subscription();

    private:
        event_hub* hub_ = nullptr;
        user_id user_;
        std::uint64_t number_ = 0;
    };

    explicit event_hub(const clock& time, event_memory memory = {});
    event_hub(const event_hub&) = delete;
    event_hub& operator=(const event_hub&) = delete;
    ~event_hub() = default;

    /// Listens to one generation of the user; to everything without one.
    [[nodiscard]] subscription listen(user_id user, generation_id generation, listener who);
    /// The same, and goes on after the event with the id `after`. From now on the user's events are
    /// remembered.
    [[nodiscard]] std::pair<subscription, event_backlog>
    follow(user_id user, generation_id generation, std::optional<std::uint64_t> after, listener who);

    /// Whether it makes a difference to tell something of this user: for tellers to whom it costs something.
    [[nodiscard]] bool has_audience(user_id user);
    /// After it has become durable.
    void tell(user_id user, generation_id generation, generation_news news);
    /// Of the user as a whole.
    void tell(user_id user, std::string event, std::string data);

    /// The service stops: tells everybody so, and whoever comes later at once.
    void end();

private:
    struct entry {
        std::uint64_t number;
        generation_id generation;
        listener who;
    };
    /// The latest events of a user: all since `since`, but for those that a later one makes worthless.
    struct memory {
        explicit memory(std::uint64_t begin) : since{begin} {}

        std::vector<event_ptr> events; ///< no deque: most are empty, and shall be small
        std::size_t bytes = 0;
        std::uint64_t since;
    };
    struct audience {
        std::vector<entry> listeners;
        std::optional<memory> remembered;
        std::list<user_id>::iterator place; ///< in `deserted`, when nobody listens
    };
    struct shard {
        std::mutex mutex;
        std::unordered_map<user_id, audience> audiences;
        std::list<user_id> deserted; ///< remembered, yet nobody listens; the last one left first
        std::uint64_t last = 0;      ///< number of the last listener
        bool ended = false;
    };

    shard& shard_of(user_id user) { return shards_[std::hash<user_id>{}(user) % shards_.size()]; }
    std::uint64_t next_id();
    void tell(user_id user, user_event what);
    std::uint64_t add(shard& s, user_id user, generation_id generation, listener who);
    void forget(user_id user, std::uint64_t number);
    void remember(memory& m, const event_ptr& told) const;
    static event_backlog backlog(const memory& m, generation_id generation,
                                 std::optional<std::uint64_t> after, std::uint64_t position);

    const clock& time_;
    const event_memory memory_;
    std::atomic<std::uint64_t> last_id_{0};
    std::array<shard, 16> shards_;
};

} // namespace atelier
