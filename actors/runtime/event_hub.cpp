#include "actors/runtime/event_hub.hpp"

#include <utility>

namespace atelier {

event_hub::subscription::subscription(subscription&& other) noexcept
    : hub_{std::exchange(other.hub_, nullptr)}, about_{other.about_}, number_{other.number_} {}

event_hub::subscription& event_hub::subscription::operator=(subscription&& other) noexcept {
    std::swap(hub_, other.hub_);
    std::swap(about_, other.about_);
    std::swap(number_, other.number_);
    return *this;
}

event_hub::subscription::~subscription() {
    if (hub_ != nullptr)
        hub_->forget(about_, number_);
}

event_hub::subscription event_hub::listen(generation_id about, listener who) {
    auto& s = shard_of(about);
    const std::lock_guard lock{s.mutex};
    const auto number = ++s.last;
    s.listeners[about].emplace(number, std::move(who));
    return {*this, about, number};
}

void event_hub::tell(generation_id about, const generation_news& news) {
    auto& s = shard_of(about);
    const std::lock_guard lock{s.mutex};
    const auto known = s.listeners.find(about);
    if (known == s.listeners.end())
        return;
    for (const auto& [number, who] : known->second)
        who(news);
}

void event_hub::forget(generation_id about, std::uint64_t number) {
    auto& s = shard_of(about);
    const std::lock_guard lock{s.mutex};
    const auto known = s.listeners.find(about);
    if (known == s.listeners.end())
        return;
    known->second.erase(number);
    if (known->second.empty())
        s.listeners.erase(known);
}

} // namespace atelier
