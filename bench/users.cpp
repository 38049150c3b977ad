#include "bench/users.hpp"

#include <algorithm>
#include <cmath>

namespace atelier::bench {
namespace {

constexpr double zipf_exponent = 1.1;

std::vector<double> zipf_sums(std::size_t count) {
    std::vector<double> sums(count);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = sum += std::pow(static_cast<double>(i + 1), -zipf_exponent);
    for (auto& s : sums)
        s /= sum;
    return sums;
}

} // namespace

std::uint64_t next_random(std::uint64_t& state) {
    auto z = state += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

users::users(spread how, std::size_t count, std::int64_t stride)
    : count_{how == spread::hot ? 1 : count}, stride_{stride} {
    if (how == spread::zipf)
        cumulative_ = zipf_sums(count_);
}

user_id users::next(std::uint64_t& state) const {
    const auto bits = next_random(state);
    if (cumulative_.empty())
        return number(bits % count_);
    const auto found = std::ranges::upper_bound(cumulative_, unit_interval(bits));
    return number(std::min(static_cast<std::size_t>(found - cumulative_.begin()), count_ - 1));
}

std::vector<user_id> users::all() const {
    std::vector<user_id> ids;
    ids.reserve(count_);
    for (std::size_t i = 0; i < count_; ++i)
        ids.push_back(number(i));
    return ids;
}

} // namespace atelier::bench
