#pragma once

#include "actors/domain/ids.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <set>
#include <unordered_map>

namespace atelier {

/// Jobs waiting for a slot: round-robin over users, the oldest (lowest id) first within one user, whenever it
/// came: one that waits again, after a failure or a restart, is not behind what was ordered later. However
/// many jobs one user has, another's first one waits for at most one job of each user before it.
class fair_queue {
public:
    /// Adds a job; one that is already waiting keeps its place.
    void push(user_id user, generation_id job);

    /// The next job, or none.
    [[nodiscard]] std::optional<generation_id> pop();

    /// Takes a job out; false when it is not waiting.
    bool erase(generation_id job);

    [[nodiscard]] std::size_t size() const { return owners_.size(); }
    [[nodiscard]] std::size_t size_of(user_id user) const;
    [[nodiscard]] bool contains(generation_id job) const { return owners_.contains(job); }
    /// How many jobs are handed out before this one if no other comes; nothing when it does not wait.
    [[nodiscard]] std::optional<std::size_t> ahead_of(generation_id job) const;

private:
    struct line {
        std::set<generation_id> jobs;
        std::list<user_id>::iterator turn;
    };

    void drop_if_empty(user_id user);

    std::list<user_id> turns_; ///< users with waiting jobs; the front is next
    std::unordered_map<user_id, line> lines_;
    std::unordered_map<generation_id, user_id> owners_;
};

} // namespace atelier
