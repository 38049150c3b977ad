#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace atelier::bench {

/// The smallest element that at least the share `q` of all does not exceed (nearest rank); T{} of none.
/// `sorted` ascends.
template <class T>
[[nodiscard]] T percentile(const std::vector<T>& sorted, double q) {
    if (sorted.empty())
        return T{};
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

} // namespace atelier::bench
