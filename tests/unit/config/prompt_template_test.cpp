#define CAF_SUITE prompt_template
#include "config/prompt_template.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

namespace {

std::string rendered(std::string_view text, prompt_values values = {"living_room", "Japandi"}) {
    const auto parsed = parse_prompt_template(text);
    if (const auto* error = std::get_if<located_error>(&parsed)) {
        return to_string(*error);
    }
    return std::get<prompt_template>(parsed).render(values);
}

} // namespace

CAF_TEST(placeholders are filled in) {
    CAF_CHECK_EQUAL(rendered("Make this {room_type} {style}."), "Make this living room Japandi.");
    CAF_CHECK_EQUAL(rendered("{style}{style}"), "JapandiJapandi");
    CAF_CHECK_EQUAL(rendered("no placeholder,\n\ttwo lines, дом"), "no placeholder,\n\ttwo lines, дом");
}

CAF_TEST(rooms read as people write them) {
    CAF_CHECK_EQUAL(rendered("{room_type}", {"bedroom", ""}), "bedroom");
    CAF_CHECK_EQUAL(rendered("{room_type}", {"open_plan_kitchen", ""}), "open plan kitchen");
    CAF_CHECK_EQUAL(rendered("this {room_type}", {"", ""}), "this room");
}

CAF_TEST(doubled braces are braces) {
    CAF_CHECK_EQUAL(rendered("{{style}} is {style}"), "{style} is Japandi");
    CAF_CHECK_EQUAL(rendered("{{{style}}}"), "{Japandi}");
    CAF_CHECK_EQUAL(rendered("}}{{"), "}{");
}

CAF_TEST(values are not read as templates) {
    CAF_CHECK_EQUAL(rendered("{style}", {"", "{room_type} {{ }"}), "{room_type} {{ }");
}

CAF_TEST(unknown placeholders are refused where they stand) {
    CAF_CHECK_EQUAL(rendered("A line.\nPaint it {colour}."),
                    "prompt template:2:11: expected {room_type}, {style}, or {{ for a brace\n"
                    "    Paint it {colour}.\n"
                    "              ^");
    const auto parsed = parse_prompt_template("A line.\nPaint it {colour}.");
    CAF_CHECK(std::get<located_error>(parsed).at == (text_position{18, 2, 11}));
}

CAF_TEST(placeholders that are none) {
    CAF_CHECK_EQUAL(rendered("a { style }"),
                    "prompt template:1:4: expected {room_type}, {style}, or {{ for a brace\n"
                    "    a { style }\n"
                    "       ^");
    CAF_CHECK_EQUAL(rendered("{"), "prompt template:1:2: expected {room_type}, {style}, or {{ for a brace\n"
                                   "    {\n"
                                   "     ^");
    CAF_CHECK_EQUAL(rendered("{style"), "prompt template:1:7: expected '}' after the placeholder's name\n"
                                        "    {style\n"
                                        "          ^");
    CAF_CHECK_EQUAL(rendered("{styles}"),
                    "prompt template:1:2: expected {room_type}, {style}, or {{ for a brace\n"
                    "    {styles}\n"
                    "     ^");
}

CAF_TEST(a lone closing brace is refused) {
    CAF_CHECK_EQUAL(rendered("a } b"), "prompt template:1:3: expected }} for a brace\n"
                                       "    a } b\n"
                                       "      ^");
}

CAF_TEST(a template is a text without control characters) {
    CAF_CHECK_EQUAL(rendered(""), "prompt template:1:1: expected a text\n"
                                  "    \n"
                                  "    ^");
    CAF_CHECK_EQUAL(rendered("ab\xFFz"), "prompt template:1:3: expected a printable character in UTF-8\n"
                                         "    ab?z\n"
                                         "      ^");
    CAF_CHECK_EQUAL(rendered(std::string_view{"a\0b", 3}),
                    "prompt template:1:2: expected a printable character in UTF-8\n"
                    "    a?b\n"
                    "     ^");
}
