#include "config/located_error.hpp"

#include "config/printable.hpp"

#include <algorithm>

namespace atelier {

namespace {

constexpr std::string_view indentation = "    ";
constexpr std::string_view hidden = "(hidden)";
constexpr std::string_view cut = "...";
constexpr std::size_t max_before_caret = 80;
constexpr std::size_t max_after_caret = 40;

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// A part of a line; `begin` and `end` never cut a character in two.
std::string_view part(std::string_view line, std::size_t begin, std::size_t end) {
    end = std::min(end, line.size());
    begin = std::min(begin, end);
    while (begin > 0 && begin < line.size() && continues_character(line[begin])) {
        --begin;
    }
    while (end < line.size() && continues_character(line[end])) {
        ++end;
    }
    return line.substr(begin, end - begin);
}

/// As many blanks as `shown` is wide, with its tabs.
std::string padding(std::string_view shown) {
    std::string blanks;
    for (const char c : shown) {
        if (!continues_character(c)) {
            blanks += c == '\t' ? '\t' : ' ';
        }
    }
    return blanks;
}

} // namespace

std::string to_string(const located_error& error) {
    auto text = error.source;
    if (error.at) {
        text += ':' + std::to_string(error.at->line) + ':' + std::to_string(error.at->column);
    }
    text += ": " + error.message;
    if (!error.excerpt.empty()) {
        text += '\n' + error.excerpt;
    }
    return text;
}

std::string_view line_around(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    const auto before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    auto line = text.substr(begin, text.find('\n', offset) - begin);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::string excerpt(std::string_view text, const text_position& at, std::optional<std::size_t> hidden_from) {
    const auto line = line_around(text, at.offset);
    const auto visible = std::min(hidden_from.value_or(line.size()), line.size());
    const auto caret = std::min(at.column - 1, visible);
    const auto begin = caret > max_before_caret ? caret - max_before_caret : 0;
    const auto end = std::min(visible, caret + max_after_caret);

    const std::string prefix = std::string{indentation} + std::string{begin > 0 ? cut : ""};
    const auto before = prefix + printable(part(line, begin, caret));
    auto after = printable(part(line, caret, end));
    if (end < visible) {
        after += cut;
    } else if (visible < line.size()) {
        after += hidden;
    }
    return before + after + '\n' + padding(before) + '^';
}

} // namespace atelier
