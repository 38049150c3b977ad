#include "actors/gateways/sandbox/delivery.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atelier::sandbox {

std::vector<delivery> schedule::plan(std::vector<message> messages, instant now, std::int64_t& next_id) {
    std::vector<delivery> planned;
    const auto add = [&](const message& what) -> delivery& {
        delivery next;
        next.id = next_id++;
        next.what = what;
        next.due = now;
        return planned.emplace_back(std::move(next));
    };
    for (const auto& each : messages) {
        auto& original = add(each);
        if (happens(odds_.drops)) {
            original.tries = 1;
            original.due = now + pause_after(1);
        } else if (happens(odds_.delays)) {
            original.due =
                now + microseconds{static_cast<std::int64_t>(
                          uniform(random_) * static_cast<double>(microseconds{minute_ * 2}.count()))};
        }
        const auto due = original.due;
        if (happens(odds_.duplicates)) {
            auto& copy = add(each);
            copy.once = true;
            copy.due = due;
        }
        if (happens(odds_.forgeries)) {
            auto& forged = add(each);
            forged.once = true;
            forged.forged = true;
        }
    }
    return planned;
}

microseconds schedule::pause_after(int tries) const {
    constexpr std::array minutes{1, 2, 5, 10, 30};
    const auto last = static_cast<int>(minutes.size()) - 1;
    return minute_ * minutes.at(static_cast<std::size_t>(std::clamp(tries - 1, 0, last)));
}

bool schedule::happens(int percent) {
    return percent > 0 && uniform(random_) * 100 < percent;
}

} // namespace atelier::sandbox
