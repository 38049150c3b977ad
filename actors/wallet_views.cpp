#include "actors/wallet_views.hpp"

#include <utility>

namespace atelier {

wallet_views::text wallet_views::find(user_id user, instant now) const {
    const auto& s = shards_.at(number(user));
    const std::lock_guard lock{s.mutex};
    const auto known = s.entries.find(user);
    return known != s.entries.end() && now < known->second.good_until ? known->second.view : nullptr;
}

void wallet_views::put(user_id user, text view, instant good_until) {
    auto& s = shards_.at(number(user));
    const std::lock_guard lock{s.mutex};
    if (s.entries.size() >= limit_)
        s.entries.clear();
    s.entries.insert_or_assign(user, entry{std::move(view), good_until});
}

void wallet_views::forget(user_id user) {
    auto& s = shards_.at(number(user));
    const std::lock_guard lock{s.mutex};
    s.entries.erase(user);
}

} // namespace atelier
