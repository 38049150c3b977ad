// Templates of prompts.

#include "config/prompt_template.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace atelier;
using atelier::fuzz::require;

namespace {

std::string with_braces_doubled(std::string_view text) {
    std::string result;
    for (const char c : text)
        result.append(c == '{' || c == '}' ? 2 : 1, c);
    return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const fuzz::input in{data, length};
    const auto text = in.rest();
    const auto parsed = parse_prompt_template(text);
    if (const auto* error = std::get_if<located_error>(&parsed)) {
        require(error->at && error->at->offset <= text.size(), "an error lies within the text");
        require(!error->message.empty(), "an error says what was expected");
        return 0;
    }
    // No template holds these two bytes.
    const auto filled = std::get<prompt_template>(parsed).render({.room_type = "\1", .style = "\2"});
    const auto placeholders = std::ranges::count(filled, '\1') + std::ranges::count(filled, '\2');
    for (const char brace : {'{', '}'}) {
        const auto escaped = std::ranges::count(filled, brace);
        require(std::ranges::count(text, brace) == placeholders + 2 * escaped,
                "a brace that is left stands for two");
    }
    const auto literal = parse_prompt_template(with_braces_doubled(text));
    require(std::holds_alternative<prompt_template>(literal), "any text can be written");
    require(std::get<prompt_template>(literal).render({}) == text, "a text that is written comes out");
    return 0;
}
