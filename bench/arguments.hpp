#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace atelier::bench {

/// `--name value` pairs.
class arguments {
public:
    /// None when they are no such pairs.
    [[nodiscard]] static std::optional<arguments> parse(int count, const char* const* words) {
        arguments all;
        for (int i = 0; i < count; i += 2) {
            const std::string_view name{words[i]};
            if (!name.starts_with("--") || i + 1 == count)
                return std::nullopt;
            all.values_.emplace(name.substr(2), words[i + 1]);
        }
        return all;
    }

    [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = {}) const {
        const auto found = values_.find(name);
        return found == values_.end() ? otherwise : found->second;
    }

    /// `otherwise` when it is missing or no number.
    template <class Number>
    [[nodiscard]] Number number(const std::string& name, Number otherwise) const {
        const auto value = text(name);
        Number n{};
        const auto end = value.data() + value.size();
        return std::from_chars(value.data(), end, n).ptr == end && !value.empty() ? n : otherwise;
    }

private:
    std::map<std::string, std::string> values_;
};

} // namespace atelier::bench
