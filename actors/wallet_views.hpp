#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace atelier {

/// Committed wallets as their owners see them, for readers that then need not ask the actor. A wallet puts
/// its view here when somebody asked for it, and takes it away before anybody hears of a change: whoever was
/// answered never finds what was before. Bounded: when full, it starts anew. Thread-safe.
class wallet_views {
public:
    using text = std::shared_ptr<const std::string>; ///< JSON

    explicit wallet_views(std::size_t limit) : limit_{limit / shard_count + 1} {}

    /// The view of this user's wallet; null when there is none that is good at `now`.
    [[nodiscard]] text find(user_id user, instant now) const;
    /// `good_until`: when it ends to be true by itself.
    void put(user_id user, text view, instant good_until);
    void forget(user_id user);

private:
    struct entry {
        text view;
        instant good_until;
    };
    struct shard {
        mutable std::mutex mutex;
        std::unordered_map<user_id, entry> entries;
    };
    static constexpr std::size_t shard_count = 16;
    [[nodiscard]] static std::size_t number(user_id user) {
        return static_cast<std::size_t>(user.value) % shard_count;
    }

    std::size_t limit_; ///< of one shard
    std::array<shard, shard_count> shards_;
};

} // namespace atelier
