#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace atelier {

/// Values by name, a bounded number of them: whoever was not asked for the longest makes room.
template <class Value>
class recent_map {
public:
    /// At most `limit` values, at least one.
    explicit recent_map(std::size_t limit) : limit_{limit == 0 ? 1 : limit} {}

    /// The value of that name; a fresh one when there is none.
    [[nodiscard]] Value& at(std::string_view name) {
        if (const auto known = places_.find(name); known != places_.end()) {
            values_.splice(values_.begin(), values_, known->second);
            return known->second->second;
        }
        if (values_.size() >= limit_) {
            places_.erase(values_.back().first);
            values_.pop_back();
        }
        values_.emplace_front(std::string{name}, Value{});
        places_.emplace(values_.front().first, values_.begin());
        return values_.front().second;
    }

    /// The value of that name; null when there is none.
    [[nodiscard]] const Value* find(std::string_view name) const {
        const auto known = places_.find(name);
        return known == places_.end() ? nullptr : &known->second->second;
    }

    void erase(std::string_view name) {
        const auto known = places_.find(name);
        if (known == places_.end())
            return;
        const auto value = known->second;
        places_.erase(known);
        values_.erase(value);
    }

    [[nodiscard]] std::size_t size() const { return values_.size(); }

private:
    using entries = std::list<std::pair<std::string, Value>>;

    std::size_t limit_;
    entries values_;                                                          ///< the latest asked for first
    std::unordered_map<std::string_view, typename entries::iterator> places_; ///< names lie in `values_`
};

} // namespace atelier
