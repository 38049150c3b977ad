#include "actors/domain/fair_queue.hpp"

#include <algorithm>
#include <iterator>

namespace atelier {

void fair_queue::push(user_id user, generation_id job) {
    if (!owners_.try_emplace(job, user).second)
        return;
    auto [place, fresh] = lines_.try_emplace(user);
    if (fresh)
        place->second.turn = turns_.insert(turns_.end(), user);
    place->second.jobs.insert(job);
}

std::optional<generation_id> fair_queue::pop() {
    if (turns_.empty())
        return std::nullopt;
    const auto user = turns_.front();
    auto& waiting = lines_.at(user);
    const auto job = *waiting.jobs.begin();
    waiting.jobs.erase(waiting.jobs.begin());
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
    lines_.at(user).jobs.erase(job);
    owners_.erase(owner);
    drop_if_empty(user);
    return true;
}

std::size_t fair_queue::size_of(user_id user) const {
    const auto waiting = lines_.find(user);
    return waiting == lines_.end() ? 0 : waiting->second.jobs.size();
}

std::optional<std::size_t> fair_queue::ahead_of(generation_id job) const {
    const auto owner = owners_.find(job);
    if (owner == owners_.end())
        return std::nullopt;
    const auto& own = lines_.at(owner->second).jobs;
    const auto rounds = static_cast<std::size_t>(std::distance(own.begin(), own.find(job)));
    std::size_t ahead = rounds;
    bool before = true; // users whose turn comes before this one's have one round more
    for (const auto user : turns_) {
        if (user == owner->second)
            before = false;
        else
            ahead += std::min(lines_.at(user).jobs.size(), rounds + (before ? 1 : 0));
    }
    return ahead;
}

void fair_queue::drop_if_empty(user_id user) {
    const auto waiting = lines_.find(user);
    if (!waiting->second.jobs.empty())
        return;
    turns_.erase(waiting->second.turn);
    lines_.erase(waiting);
}

} // namespace atelier
