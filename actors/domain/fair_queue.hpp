#pragma once

#include "actors/domain/ids.hpp"

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>

namespace atelier {

/// Jobs waiting for a slot: round-robin over users, first in first out within one user. However many jobs one
/// user has, another's first one waits for at most one job of each user before it.
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

private:
    struct line {
        std::deque<generation_id> jobs;
        std::list<user_id>::iterator turn;
    };

    void drop_if_empty(user_id user);

    std::list<user_id> turns_; ///< users with waiting jobs; the front is next
    std::unordered_map<user_id, line> lines_;
    std::unordered_map<generation_id, user_id> owners_;
};

} // namespace atelier
