#include "actors/domain/fair_queue.hpp"

#include <algorithm>

namespace atelier {

void fair_queue::push(user_id user, generation_id job) {
    if (!owners_.try_emplace(job, user).second)
        return;
    auto [place, fresh] = lines_.try_emplace(user);
    if (fresh)
        place->second.turn = turns_.insert(turns_.end(), user);
    place->second.jobs.push_back(job);
}

std::optional<generation_id> fair_queue::pop() {
    if (turns_.empty())
        return std::nullopt;
    const auto user = turns_.front();
    auto& waiting = lines_.at(user);
    const auto job = waiting.jobs.front();
    waiting.jobs.pop_front();
    owners_.erase(job);
    turns_.splice(turns_.end(), turns_, waiting.turn);
    drop_if_empty(user);
    return job;
}

bool fair_queue::erase(generation_id job) {
    const auto owner = owners_.find(job);
    if (owner == owners_.end())
        return false;
    const auto user = owner->second;
    std::erase(lines_.at(user).jobs, job);
    owners_.erase(owner);
    drop_if_empty(user);
    return true;
}

std::size_t fair_queue::size_of(user_id user) const {
    const auto waiting = lines_.find(user);
    return waiting == lines_.end() ? 0 : waiting->second.jobs.size();
}

void fair_queue::drop_if_empty(user_id user) {
    const auto waiting = lines_.find(user);
    if (!waiting->second.jobs.empty())
        return;
    turns_.erase(waiting->second.turn);
    lines_.erase(waiting);
}

} // namespace atelier
