#include "actors/engine_set.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace atelier {

engine_set::engine_set(std::vector<member> members, std::vector<engine_id> usual,
                       std::unordered_map<style_id, engine_id> styles)
    : members_{std::move(members)}, usual_{std::move(usual)}, styles_{std::move(styles)} {}

std::optional<engine_id> engine_set::find(std::string_view name) const {
    for (std::size_t i = 0; i < members_.size(); ++i)
        if (members_[i].driver->name() == name)
            return engine_id{i};
    return std::nullopt;
}

std::vector<engine_id> engine_set::order_for(style_id style) const {
    const auto special = styles_.find(style);
    if (special == styles_.end())
        return usual_;
    std::vector<engine_id> order{special->second};
    std::ranges::copy_if(usual_, std::back_inserter(order),
                         [first = special->second](engine_id e) { return e != first; });
    return order;
}

void engine_set::stop() {
    std::vector<std::jthread> stopping;
    stopping.reserve(members_.size());
    for (const auto& m : members_)
        stopping.emplace_back([&m] { m.driver->stop(); });
}

} // namespace atelier
