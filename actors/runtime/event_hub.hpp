#pragma once

#include "actors/domain/ids.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace atelier {

/// News of one generation.
struct generation_news {
    std::string event; ///< "status" or "progress"
    std::string data;  ///< JSON
    bool last = false; ///< the generation is final
};

/// Where generations tell what happens to them, and whoever is interested listens. Thread-safe.
class event_hub {
public:
    /// Called on the teller's thread: must be quick, and must not call the hub.
    using listener = std::function<void(const generation_news&)>;

    /// Ends the listening when it is destroyed; afterwards the listener is not called any more.
    class subscription {
    public:
        subscription() = default;
        subscription(event_hub& hub, generation_id about, std::uint64_t number)
            : hub_{&hub}, about_{about}, number_{number} {}
        subscription(subscription&& other) noexcept;
        subscription& operator=(subscription&& other) noexcept;
        ~subscription();

    private:
        event_hub* hub_ = nullptr;
        generation_id about_;
        std::uint64_t number_ = 0;
    };

    [[nodiscard]] subscription listen(generation_id about, listener who);
    void tell(generation_id about, const generation_news& news);

private:
    struct shard {
        std::mutex mutex;
        std::unordered_map<generation_id, std::unordered_map<std::uint64_t, listener>> listeners;
        std::uint64_t last = 0;
    };

    shard& shard_of(generation_id about) {
        return shards_[std::hash<generation_id>{}(about) % shards_.size()];
    }
    void forget(generation_id about, std::uint64_t number);

    std::array<shard, 16> shards_;
};

} // namespace atelier
