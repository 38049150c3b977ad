#define CAF_SUITE tree_layout

#include "tests/support/test.hpp"
#include "tests/tree/complaints.hpp"
#include "tests/tree/source_tree.hpp"

#include <cctype>
#include <string>
#include <vector>

using namespace atelier::test;

namespace {

constexpr std::size_t longest_file = 450;

bool is_program(std::string_view path) {
    for (const std::string_view ending :
         {".cpp", ".hpp", ".cmake", "CMakeLists.txt", ".py", ".js", ".mjs", ".sh"})
        if (path.ends_with(ending))
            return true;
    return path == "run" || path == "test" || path.starts_with(".ci/");
}

/// What nobody may leave behind; in pieces, so that this file passes.
const std::vector<std::string> leftovers{"TO"
                                         "DO",
                                         "FIX"
                                         "ME",
                                         "X"
                                         "XX",
                                         "/wor"
                                         "k/",
                                         "/tmp/bri"
                                         "ef",
                                         "issue"
                                         " #"};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where `word` stands by itself; npos = nowhere.
std::size_t find_word(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool joined_before = at > 0 && is_word(text[at - 1]) && is_word(word.front());
        const bool joined_after = end < text.size() && is_word(text[end]) && is_word(word.back());
        if (!joined_before && !joined_after)
            return at;
    }
    return std::string_view::npos;
}

} // namespace

CAF_TEST(no program is longer than can be read at one sitting) {
    complaints found;
    for (const auto& file : text_files())
        if (const auto lines = line_of(file.text, file.text.size()) - 1;
            is_program(file.path) && lines > longest_file)
            found.add(file.path, std::to_string(lines) + " lines");
    found.report();
}

CAF_TEST(lines end without blanks and files with a line break) {
    complaints found;
    for (const auto& file : text_files()) {
        if (!file.text.empty() && !file.text.ends_with('\n'))
            found.add(file.path, "ends within a line");
        for (const auto* blank : {" \n", "\t\n", "\r\n"})
            if (const auto at = file.text.find(blank); at != std::string::npos)
                found.add(file.path, "blanks at the end of line " + std::to_string(line_of(file.text, at)));
    }
    found.report();
}

CAF_TEST(headers guard themselves) {
    complaints found;
    for (const auto& file : sources())
        if (file.path.ends_with(".hpp") && file.code.find("#pragma once\n") == std::string::npos)
            found.add(file.path, "without #pragma once");
    found.report();
}

CAF_TEST(nothing is left for later and the project speaks only of itself) {
    complaints found;
    for (const auto& file : text_files())
        for (const auto& word : leftovers)
            if (const auto at = find_word(file.text, word); at != std::string_view::npos)
                found.add(file.path, word + " in line " + std::to_string(line_of(file.text, at)));
    found.report();
}
