#include "config/table.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace atelier {

namespace {

/// Longer names than this are nobody's misspelling.
constexpr std::size_t max_misspelt_length = 64;

/// Levenshtein distance: insertions, deletions and replacements from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::array<std::size_t, max_misspelt_length + 1> row{};
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}

bool is_word_character(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Where what is assigned to `word` begins in `line`.
std::optional<std::size_t> value_begin(std::string_view line, std::string_view word) {
    for (auto begin = line.find(word); begin != std::string_view::npos; begin = line.find(word, begin + 1)) {
        const auto end = begin + word.size();
        if ((begin == 0 || !is_word_character(line[begin - 1])) &&
            (end == line.size() || !is_word_character(line[end]))) {
            return std::min(line.find_first_not_of(" \t=", end), line.size());
        }
    }
    return std::nullopt;
}

} // namespace

const setting* find_setting(std::string_view name) {
    const auto& table = setting_table();
    const auto found = std::ranges::find(table, name, &setting::name);
    return found == table.end() ? nullptr : &*found;
}

const setting* nearest_setting(std::string_view name) {
    if (name.size() > max_misspelt_length) {
        return nullptr;
    }
    const setting* nearest = nullptr;
    auto least = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (const auto& candidate : setting_table()) {
        // A forgotten section is a smaller mistake than a wrong letter.
        const auto distance = last_part(candidate.name) == name ? 0 : edit_distance(name, candidate.name);
        if (distance < least) {
            least = distance;
            nearest = &candidate;
        }
    }
    return nearest;
}

std::string environment_name(const setting& which) {
    std::string name = "ATELIER_";
    for (const char c : which.name) {
        name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return name;
}

std::vector<std::string> environment_names() {
    std::vector<std::string> names;
    for (const auto& each : setting_table()) {
        names.push_back(environment_name(each));
        if (!each.alias.empty()) {
            names.emplace_back(each.alias);
        }
    }
    return names;
}

std::optional<std::size_t> secret_begin(std::string_view line) {
    std::optional<std::size_t> begin;
    for (const auto& each : setting_table()) {
        if (const auto value = each.secret ? value_begin(line, last_part(each.name)) : std::nullopt) {
            begin = std::min(begin.value_or(*value), *value);
        }
    }
    return begin;
}

} // namespace atelier
