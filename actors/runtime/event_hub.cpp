#include "actors/runtime/event_hub.hpp"

#include <algorithm>

namespace atelier {
namespace {

std::size_t size_of(const user_event& e) {
    return sizeof(e) + e.name.size() + e.data.size();
}

bool concerns(const user_event& e, generation_id wanted) {
    return !wanted || e.generation == wanted;
}

/// Whether nobody who hears the later event needs the earlier one: of what merely goes up and down only the
/// latest matters, and no progress does once the end has come.
bool is_worthless(const user_event& earlier, const user_event& later) {
    if (earlier.name == "status" || earlier.name == "payment" || earlier.generation != later.generation)
        return false;
    return earlier.name == later.name || later.last;
}

} // namespace

// -- subscription -------------------------------------------------------------------------------------------

event_hub::subscription::subscription(subscription&& other) noexcept
    : hub_{std::exchange(other.hub_, nullptr)}, user_{other.user_}, number_{other.number_} {}

event_hub::subscription& event_hub::subscription::operator=(subscription&& other) noexcept {
    std::swap(hub_, other.hub_);
    std::swap(user_, other.user_);
    std::swap(number_, other.number_);
    return *this;
}

event_hub::subscription::~subscription() {
    if (hub_ != nullptr)
        hub_->forget(user_, number_);
}

// -- listening ----------------------------------------------------------------------------------------------

event_hub::event_hub(const clock& time, event_memory memory) : time_{time}, memory_{memory} {}

event_hub::subscription event_hub::listen(user_id user, generation_id generation, listener who) {
    auto& s = shard_of(user);
    const std::lock_guard lock{s.mutex};
    const auto number = add(s, user, generation, std::move(who));
    return {*this, user, number};
}

std::pair<event_hub::subscription, event_backlog>
event_hub::follow(user_id user, generation_id generation, std::optional<std::uint64_t> after, listener who) {
    auto& s = shard_of(user);
    const std::lock_guard lock{s.mutex};
    const auto number = add(s, user, generation, std::move(who));
    const auto position = next_id();
    auto& remembered = s.audiences.at(user).remembered;
    if (!remembered)
        remembered.emplace(position);
    return {subscription{*this, user, number}, backlog(*remembered, generation, after, position)};
}

std::uint64_t event_hub::add(shard& s, user_id user, generation_id generation, listener who) {
    if (s.ended)
        who(nullptr);
    auto& a = s.audiences[user];
    if (a.listeners.empty() && a.remembered)
        s.deserted.erase(a.place);
    a.listeners.push_back({++s.last, generation, std::move(who)});
    return s.last;
}

void event_hub::forget(user_id user, std::uint64_t number) {
    auto& s = shard_of(user);
    const std::lock_guard lock{s.mutex};
    const auto known = s.audiences.find(user);
    if (known == s.audiences.end())
        return;
    auto& a = known->second;
    std::erase_if(a.listeners, [number](const entry& e) { return e.number == number; });
    if (!a.listeners.empty())
        return;
    if (!a.remembered) {
        s.audiences.erase(known);
        return;
    }
    a.listeners.shrink_to_fit();
    a.place = s.deserted.insert(s.deserted.begin(), user);
    if (s.deserted.size() <= memory_.users / shards_.size())
        return;
    s.audiences.erase(s.deserted.back());
    s.deserted.pop_back();
}

event_backlog event_hub::backlog(const memory& m, generation_id generation,
                                 std::optional<std::uint64_t> after, std::uint64_t position) {
    event_backlog result;
    result.position = position;
    if (!after || *after < m.since || *after >= position)
        return result;
    auto& missed = result.missed.emplace();
    for (const auto& e : m.events) {
        if (!concerns(*e, generation))
            continue;
        if (e->id > *after)
            missed.push_back(e);
        else if (generation && e->last)
            result.over = true;
    }
    return result;
}

// -- telling ------------------------------------------------------------------------------------------------

bool event_hub::has_audience(user_id user) {
    auto& s = shard_of(user);
    const std::lock_guard lock{s.mutex};
    return s.audiences.contains(user);
}

void event_hub::tell(user_id user, generation_id generation, generation_news news) {
    tell(user, user_event{0, generation, std::move(news.event), std::move(news.data), news.last});
}

void event_hub::tell(user_id user, std::string event, std::string data) {
    tell(user, user_event{0, {}, std::move(event), std::move(data), false});
}

void event_hub::tell(user_id user, user_event what) {
    auto& s = shard_of(user);
    const std::lock_guard lock{s.mutex};
    const auto known = s.audiences.find(user);
    if (known == s.audiences.end())
        return;
    auto& a = known->second;
    what.id = next_id();
    const auto told = std::make_shared<const user_event>(std::move(what));
    if (a.remembered)
        remember(*a.remembered, told);
    for (const auto& e : a.listeners)
        if (concerns(*told, e.generation))
            e.who(told);
}

void event_hub::end() {
    for (auto& s : shards_) {
        const std::lock_guard lock{s.mutex};
        if (std::exchange(s.ended, true))
            continue;
        for (const auto& [user, a] : s.audiences)
            for (const auto& e : a.listeners)
                e.who(nullptr);
    }
}

/// From the clock, so that it rises over restarts.
std::uint64_t event_hub::next_id() {
    const auto now = static_cast<std::uint64_t>(time_.now().time_since_epoch().count());
    auto last = last_id_.load();
    auto next = std::max(now, last + 1);
    while (!last_id_.compare_exchange_weak(last, next))
        next = std::max(now, last + 1);
    return next;
}

void event_hub::remember(memory& m, const event_ptr& told) const {
    std::erase_if(m.events, [&](const event_ptr& earlier) {
        const bool goes = is_worthless(*earlier, *told);
        m.bytes -= goes ? size_of(*earlier) : 0;
        return goes;
    });
    m.events.push_back(told);
    m.bytes += size_of(*told);
    while (m.bytes > memory_.bytes_per_user) {
        m.since = m.events.front()->id;
        m.bytes -= size_of(*m.events.front());
        m.events.erase(m.events.begin());
    }
}

} // namespace atelier
