#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::commands {

/// A positive number; nothing when the text is something else.
template <class Integer>
[[nodiscard]] std::optional<Integer> positive_number(std::string_view text) {
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0)
        return std::nullopt;
    return value;
}

/// The arguments of a subcommand, options (`--name VALUE`) apart.
struct parsed_words {
    std::vector<std::string> words;
    std::map<std::string, std::string> options; ///< by name, without the dashes

    [[nodiscard]] std::optional<std::string> option(const std::string& name) const {
        const auto found = options.find(name);
        return found == options.end() ? std::nullopt : std::optional{found->second};
    }
};

/// Nothing when an option is not `known`, is there twice or has no value.
[[nodiscard]] inline std::optional<parsed_words> parse_words(const std::vector<std::string>& arguments,
                                                             const std::set<std::string>& known) {
    parsed_words result;
    for (auto word = arguments.begin(); word != arguments.end(); ++word) {
        if (!word->starts_with("--")) {
            result.words.push_back(*word);
            continue;
        }
        const auto name = word->substr(2);
        if (!known.contains(name) || ++word == arguments.end() || !result.options.emplace(name, *word).second)
            return std::nullopt;
    }
    return result;
}

} // namespace atelier::commands
