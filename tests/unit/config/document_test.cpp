#define CAF_SUITE config_document
#include "config/document.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using std::chrono::milliseconds;

namespace {

/// The only value that `text`, after `x =`, assigns.
config_value value_of(const std::string& text) {
    const auto read = parse_text("x = " + text);
    CAF_MESSAGE(text);
    CAF_REQUIRE(!read.error);
    CAF_REQUIRE_EQUAL(read.assignments.size(), 1u);
    return read.assignments.front().value;
}

template <class T>
T get(const std::string& text) {
    const auto value = value_of(text);
    CAF_REQUIRE(std::holds_alternative<T>(value.data));
    return std::get<T>(value.data);
}

std::string error_of(std::string_view text) {
    const auto read = parse_text(text, "a.conf");
    return read.error ? to_string(*read.error) : "no error";
}

std::vector<std::string> names_of(std::string_view text) {
    const auto read = parse_text(text);
    CAF_REQUIRE(!read.error);
    std::vector<std::string> names;
    for (const auto& each : read.assignments) {
        names.push_back(each.name);
    }
    return names;
}

using names = std::vector<std::string>;

} // namespace

CAF_TEST(an empty text and one of comments say nothing) {
    for (const auto* text : {"", "\n\n", "# only a comment", "  # one\n\t# two\r\n"}) {
        CAF_CHECK(names_of(text).empty());
    }
}

CAF_TEST(blocks and dotted names mean the same) {
    CAF_CHECK_EQUAL(names_of("http { port = 1 }"), names{"http.port"});
    CAF_CHECK_EQUAL(names_of("http.port = 1"), names{"http.port"});
    CAF_CHECK_EQUAL(names_of("a { b { c = 1\n d.e = 2 } f = 3 }\ng = 4"),
                    (names{"a.b.c", "a.b.d.e", "a.f", "g"}));
    CAF_CHECK_EQUAL(names_of("a.b { c = 1 } a { d = 2 # comment }\n}"), (names{"a.b.c", "a.d"}));
}

CAF_TEST(names and values know their places) {
    const auto read = parse_text("# first line\nhttp {\r\n\tport =  8080\r\n}");
    CAF_REQUIRE_EQUAL(read.assignments.size(), 1u);
    CAF_CHECK(read.assignments[0].at == (text_position{22, 3, 2}));
    CAF_CHECK(read.assignments[0].value.at == (text_position{30, 3, 10}));
}

CAF_TEST(integers may be negative and grouped) {
    CAF_CHECK_EQUAL(get<std::int64_t>("0"), 0);
    CAF_CHECK_EQUAL(get<std::int64_t>("-12"), -12);
    CAF_CHECK_EQUAL(get<std::int64_t>("1_000_000"), 1'000'000);
    CAF_CHECK_EQUAL(get<std::int64_t>("9223372036854775807"), INT64_MAX);
}

CAF_TEST(durations have five units) {
    CAF_CHECK(get<milliseconds>("250ms") == milliseconds{250});
    CAF_CHECK(get<milliseconds>("5s") == std::chrono::seconds{5});
    CAF_CHECK(get<milliseconds>("10m") == std::chrono::minutes{10});
    CAF_CHECK(get<milliseconds>("24h") == std::chrono::hours{24});
    CAF_CHECK(get<milliseconds>("90d") == std::chrono::days{90});
}

CAF_TEST(sizes have four units) {
    CAF_CHECK_EQUAL(get<byte_count>("17B").bytes, 17);
    CAF_CHECK_EQUAL(get<byte_count>("16KiB").bytes, 16 * 1024);
    CAF_CHECK_EQUAL(get<byte_count>("16MiB").bytes, 16 * 1024 * 1024);
    CAF_CHECK_EQUAL(get<byte_count>("1GiB").bytes, 1024 * 1024 * 1024);
}

CAF_TEST(booleans are true and false) {
    CAF_CHECK_EQUAL(get<bool>("true"), true);
    CAF_CHECK_EQUAL(get<bool>("false # really"), false);
}

CAF_TEST(texts hold any printable character and four escapes) {
    CAF_CHECK_EQUAL(get<std::string>(R"("")"), "");
    CAF_CHECK_EQUAL(get<std::string>(R"("Гостиная # {no comment} 'ok'")"), "Гостиная # {no comment} 'ok'");
    CAF_CHECK_EQUAL(get<std::string>(R"("a\"b\\c\nd\te")"), "a\"b\\c\nd\te");
}

CAF_TEST(env names a variable and perhaps a fallback) {
    const auto plain = get<environment_reference>(R"(env("HOME"))");
    CAF_CHECK_EQUAL(plain.name, "HOME");
    CAF_CHECK(!plain.fallback);
    const auto with_fallback = get<environment_reference>(R"(env ( "_x1" , "say \"no\"" ))");
    CAF_CHECK_EQUAL(with_fallback.name, "_x1");
    CAF_CHECK_EQUAL(with_fallback.fallback, std::optional<std::string>{"say \"no\""});
}

CAF_TEST(lists hold values over several lines) {
    CAF_CHECK(get<config_value::list>("[]").empty());
    const auto list = get<config_value::list>("[1, \"two\", # comment\n  3s,\n  env(\"FOUR\"), true,\n]");
    CAF_REQUIRE_EQUAL(list.size(), 5u);
    CAF_CHECK_EQUAL(std::get<std::int64_t>(list[0].data), 1);
    CAF_CHECK_EQUAL(std::get<std::string>(list[1].data), "two");
    CAF_CHECK(std::get<milliseconds>(list[2].data) == std::chrono::seconds{3});
    CAF_CHECK_EQUAL(list[2].at.line, 2u);
    CAF_CHECK_EQUAL(list[2].at.column, 3u);
    CAF_CHECK_EQUAL(std::get<environment_reference>(list[3].data).name, "FOUR");
    CAF_CHECK_EQUAL(std::get<bool>(list[4].data), true);
}

CAF_TEST(a syntax error keeps what was read before it) {
    const auto read = parse_text("a = 1\nb = \nc = 3");
    CAF_REQUIRE(read.error);
    CAF_CHECK_EQUAL(read.assignments.size(), 1u);
}

CAF_TEST(a missing or unknown value) {
    CAF_CHECK_EQUAL(
        error_of("http {\n    port = \n}"),
        "a.conf:2:12: expected a value: \"text\", 8080, 10s, 16KiB, true, false, env(\"NAME\") or [a list]\n"
        "        port = \n"
        "               ^");
    CAF_CHECK_EQUAL(
        error_of("a = yes"),
        "a.conf:1:5: expected a value: \"text\", 8080, 10s, 16KiB, true, false, env(\"NAME\") or [a list]\n"
        "    a = yes\n"
        "        ^");
}

CAF_TEST(neither an assignment nor a block) {
    CAF_CHECK_EQUAL(error_of("a = 1\nport: 8080"), "a.conf:2:5: expected '=' or '{' after the name\n"
                                                   "    port: 8080\n"
                                                   "        ^");
    CAF_CHECK_EQUAL(error_of("port\n= 8080"), "a.conf:1:5: expected '=' or '{' after the name\n"
                                              "    port\n"
                                              "        ^");
}

CAF_TEST(no name where one is expected) {
    CAF_CHECK_EQUAL(error_of("a = 1\n}"), "a.conf:2:1: expected the name of a setting\n"
                                          "    }\n"
                                          "    ^");
    CAF_CHECK_EQUAL(error_of("Port = 1"), "a.conf:1:1: expected the name of a setting\n"
                                          "    Port = 1\n"
                                          "    ^");
}

CAF_TEST(a block that is not closed) {
    CAF_CHECK_EQUAL(error_of("# c\nhttp {\n  port = 1\n"),
                    "a.conf:4:1: expected the name of a setting or '}', which ends the block of line 2\n"
                    "    \n"
                    "    ^");
}

CAF_TEST(something after a value) {
    CAF_CHECK_EQUAL(error_of("a = 1 b = 2"), "a.conf:1:7: expected the end of the line after the value\n"
                                             "    a = 1 b = 2\n"
                                             "          ^");
    CAF_CHECK_EQUAL(error_of("a = \"x\";"), "a.conf:1:8: expected the end of the line after the value\n"
                                            "    a = \"x\";\n"
                                            "           ^");
}

CAF_TEST(numbers that are none) {
    const std::string expected = "expected a whole number, alone or with a unit: ms, s, m, h, d, B, KiB, MiB "
                                 "or GiB; a text stands in quotes\n";
    CAF_CHECK_EQUAL(error_of("a = 5min"), "a.conf:1:6: " + expected + "    a = 5min\n         ^");
    CAF_CHECK_EQUAL(error_of("a = 1.5s"), "a.conf:1:6: " + expected + "    a = 1.5s\n         ^");
    CAF_CHECK_EQUAL(error_of("a = 127.0.0.1"), "a.conf:1:8: " + expected + "    a = 127.0.0.1\n           ^");
    CAF_CHECK_EQUAL(error_of("a = 1__0"), "a.conf:1:6: " + expected + "    a = 1__0\n         ^");
    CAF_CHECK_EQUAL(error_of("a = 16kb"), "a.conf:1:7: " + expected + "    a = 16kb\n          ^");
}

CAF_TEST(numbers that are too large) {
    CAF_CHECK_EQUAL(error_of("a = 9223372036854775808"), "a.conf:1:5: the number is too large\n"
                                                         "    a = 9223372036854775808\n"
                                                         "        ^");
    CAF_CHECK_EQUAL(error_of("a = 9223372036854775807d"),
                    "a.conf:1:24: the number is too large for its unit\n"
                    "    a = 9223372036854775807d\n"
                    "                           ^");
    CAF_CHECK_EQUAL(error_of("a = 9000000000000000000KiB"),
                    "a.conf:1:24: the number is too large for its unit\n"
                    "    a = 9000000000000000000KiB\n"
                    "                           ^");
}

CAF_TEST(texts that are none) {
    CAF_CHECK_EQUAL(error_of("a = \"x\nb = 1"),
                    "a.conf:1:7: expected '\"' at the end of the text, in the same line\n"
                    "    a = \"x\n"
                    "          ^");
    CAF_CHECK_EQUAL(error_of(R"(a = "\x")"), "a.conf:1:7: expected one of \" \\ n t after the backslash\n"
                                             "    a = \"\\x\"\n"
                                             "          ^");
    CAF_CHECK_EQUAL(error_of("a = \"\xC3\x28\""), "a.conf:1:6: expected a printable character in UTF-8\n"
                                                  "    a = \"?(\"\n"
                                                  "         ^");
    CAF_CHECK_EQUAL(error_of("a = \"\x1B[2J\""), "a.conf:1:6: expected a printable character in UTF-8\n"
                                                 "    a = \"?[2J\"\n"
                                                 "         ^");
}

CAF_TEST(calls of env that are none) {
    CAF_CHECK_EQUAL(error_of("a = env(HOME)"),
                    "a.conf:1:9: expected the name of an environment variable in quotes\n"
                    "    a = env(HOME)\n"
                    "            ^");
    CAF_CHECK_EQUAL(error_of("a = env(\"A-B\")"),
                    "a.conf:1:11: expected the name of an environment variable in quotes\n"
                    "    a = env(\"A-B\")\n"
                    "              ^");
    CAF_CHECK_EQUAL(error_of("a = env(\"A\", 1)"),
                    "a.conf:1:14: expected a text in quotes, for when the variable is not set\n"
                    "    a = env(\"A\", 1)\n"
                    "                 ^");
    CAF_CHECK_EQUAL(error_of("a = env(\"A\""), "a.conf:1:12: expected ')'\n"
                                               "    a = env(\"A\"\n"
                                               "               ^");
}

CAF_TEST(lists that are none) {
    CAF_CHECK_EQUAL(error_of("a = [1 2]"), "a.conf:1:8: expected a value, ',' or ']' in the list\n"
                                           "    a = [1 2]\n"
                                           "           ^");
    CAF_CHECK_EQUAL(error_of("a = [1,\n  [2]]"), "a.conf:2:3: expected a value, ',' or ']' in the list\n"
                                                 "      [2]]\n"
                                                 "      ^");
}

CAF_TEST(blocks may be nested eight deep) {
    const auto nested = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) {
            text += "a{";
        }
        return text + "x = 1" + std::string(depth, '}');
    };
    CAF_CHECK_EQUAL(names_of(nested(8)), names{"a.a.a.a.a.a.a.a.x"});
    CAF_CHECK_EQUAL(error_of(nested(9)), "a.conf:1:18: blocks are nested too deeply\n"
                                         "    a{a{a{a{a{a{a{a{a{x = 1}}}}}}}}}\n"
                                         "                     ^");
    CAF_CHECK(parse_text(nested(500'000)).error.has_value());
}

CAF_TEST(the caret stands right below letters of several bytes and tabs) {
    CAF_CHECK_EQUAL(error_of("\ta = \"дом\" 7"), "a.conf:1:15: expected the end of the line after the value\n"
                                                 "    \ta = \"дом\" 7\n"
                                                 "    \t          ^");
}

CAF_TEST(long lines are cut around the error) {
    const auto error = error_of("a = \"" + std::string(300, 'x') + "\" 7" + std::string(300, ' '));
    CAF_CHECK_EQUAL(error, "a.conf:1:308: expected the end of the line after the value\n    ..." +
                               std::string(78, 'x') + "\" 7" + std::string(39, ' ') + "...\n" +
                               std::string(87, ' ') + "^");
}

CAF_TEST(a lone scalar is a boolean or a number) {
    const auto number = parse_scalar(" 8080 ");
    const auto duration = parse_scalar("10s");
    const auto truth = parse_scalar("true");
    CAF_REQUIRE(number && duration && truth);
    CAF_CHECK_EQUAL(std::get<std::int64_t>(*number), 8080);
    CAF_CHECK(std::get<milliseconds>(*duration) == std::chrono::seconds{10});
    CAF_CHECK_EQUAL(std::get<bool>(*truth), true);
    for (const auto* text :
         {"", "8080 x", "\"8080\"", "10 s", "env(\"A\")", "99999999999999999999", "1\n2"}) {
        CAF_CHECK(!parse_scalar(text));
    }
}
