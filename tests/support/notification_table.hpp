#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What each notification does in each state: one definition, which the tests check and the documentation
/// prints.
namespace atelier::test {

/// One notification and what it does in each state, in the order of the table's states. A cell is the
/// verdict, then
/// "=code" unless it is 0, ">state" when something changes, "+action" for each thing to do, and "!" for an
/// alarm: "credited>active+credit+cancel!".
template <class Facts, std::size_t States>
struct notification_row {
    std::string_view name;
    Facts facts;
    std::array<std::string_view, States> cells;
};

/// The same in every state.
template <std::size_t States>
std::array<std::string_view, States> everywhere(std::string_view cell) {
    std::array<std::string_view, States> cells;
    cells.fill(cell);
    return cells;
}

/// A cell for people: "`credited` → **active**, credit, cancel, **alarm**".
inline std::string cell_in_words(std::string_view cell) {
    std::string text = "`";
    std::string_view closing = "`";
    const auto next = [&](std::string_view opening, std::string_view end) {
        text.append(closing).append(opening);
        closing = end;
    };
    for (const char c : cell) {
        if (c == '=')
            next(", code ", "");
        else if (c == '>')
            next(" → **", "**");
        else if (c == '+')
            next(", ", "");
        else if (c == '!')
            next(", **alarm", "**");
        else
            text += c;
    }
    return text.append(closing);
}

/// As a table in Markdown: a line a notification, a column a state.
template <class Facts, std::size_t States>
std::string markdown(const std::array<std::string_view, States>& states,
                     const std::vector<notification_row<Facts, States>>& rows) {
    std::string text = "| Notification |";
    std::string rule = "|---|";
    for (const auto state : states) {
        text.append(" ").append(state).append(" |");
        rule += "---|";
    }
    text += "\n" + rule + "\n";
    for (const auto& row : rows) {
        text.append("| ").append(row.name).append(" |");
        for (const auto cell : row.cells)
            text.append(" ").append(cell_in_words(cell)).append(" |");
        text += "\n";
    }
    return text;
}

} // namespace atelier::test
