#define CAF_SUITE json_command
#include "actors/domain/ids.hpp"
#include "http/json_command.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

request with_body(std::string body, std::string type = "application/json") {
    request r;
    r.headers.emplace_back("content-type", std::move(type));
    r.body = std::move(body);
    return r;
}

json_command parsed(std::string body) {
    auto command = json_command::read(with_body(std::move(body)));
    CAF_REQUIRE(command.has_value());
    return std::move(*command);
}

std::string code_of(std::string body, std::string type = "application/json") {
    const auto command = json_command::read(with_body(std::move(body), std::move(type)));
    return command ? "" : std::string{to_string(command.error().code)};
}

/// "field:code field:code"
std::string blame(json_command& command) {
    const auto valid = command.finish();
    std::string all;
    if (valid)
        return all;
    for (const auto& f : valid.error().fields)
        all += (all.empty() ? "" : " ") + f.field + ':' + f.code;
    return all;
}

std::string blame_integer(const std::string& number) {
    auto command = parsed("{\"n\":" + number + "}");
    (void)command.integer("n", -10, 10);
    return blame(command);
}

std::string nested(int depth) {
    return R"({"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
}

} // namespace

CAF_TEST(members are read by name and type) {
    auto command = parsed(R"( {"name":"Zoë \"Z\" \u0416\ud83c\udfe0","n":-7,"on":true,"off":false} )"
                          "\r\n");
    CAF_CHECK_EQUAL(command.text("name", 100), "Zoë \"Z\" Ж🏠");
    CAF_CHECK_EQUAL(command.integer("n", -10, 10), -7);
    CAF_CHECK(command.boolean("on", false));
    CAF_CHECK(!command.boolean("off", true));
    CAF_CHECK(command.finish().has_value());
}

CAF_TEST(members that may be missing have a default and null counts as missing) {
    auto command = parsed(R"({"a":null,"c":null})");
    CAF_CHECK(!command.optional_integer("a", 0, 9));
    CAF_CHECK(!command.optional_integer("b", 0, 9));
    CAF_CHECK(command.boolean("c", true));
    CAF_CHECK(!command.boolean("d", false));
    CAF_CHECK(command.finish().has_value());
}

CAF_TEST(everything that is wrong is reported at once) {
    auto command = parsed(R"({"long":"abcd","number":"5","flag":1,"empty":"","extra":[],"nothing":null})");
    (void)command.text("long", 3);
    (void)command.integer("number", 0, 9);
    (void)command.boolean("flag", false);
    (void)command.text("empty", 9);
    (void)command.text("nothing", 9);
    (void)command.key<style_id>("absent");
    CAF_CHECK_EQUAL(blame(command), "long:too_long number:wrong_type flag:wrong_type empty:required "
                                    "nothing:required absent:required extra:unknown");
}

CAF_TEST(a failure says what is wrong with the first field in its detail) {
    auto command = parsed("{}");
    (void)command.text("email", 9);
    const auto valid = command.finish();
    CAF_REQUIRE(!valid);
    CAF_CHECK_EQUAL(valid.error().code, errc::validation_failed);
    CAF_CHECK_EQUAL(valid.error().detail, "email: is required");
}

CAF_TEST(texts are limited in bytes and hold no NUL) {
    auto command = parsed(R"({"fits":"жж","longer":"жжж","nul":"a\u0000b"})");
    CAF_CHECK_EQUAL(command.text("fits", 4), "жж");
    (void)command.text("longer", 4);
    (void)command.text("nul", 9);
    CAF_CHECK_EQUAL(blame(command), "longer:too_long nul:invalid");
}

CAF_TEST(integers are exact) {
    CAF_CHECK_EQUAL(blame_integer("10"), "");
    CAF_CHECK_EQUAL(blame_integer("-0"), "");
    for (const auto* inexact : {"1.5", "1.0", "1e0", "1E3", "9223372036854775808", "18446744073709551615",
                                "18446744073709551616", "1e300", "\"1\"", "true", "[1]", "{\"n\":1}"})
        CAF_CHECK_EQUAL(blame_integer(inexact), "n:wrong_type");
    CAF_CHECK_EQUAL(blame_integer("11"), "n:out_of_range");
    CAF_CHECK_EQUAL(blame_integer("-11"), "n:out_of_range");
    CAF_CHECK_EQUAL(blame_integer("9223372036854775807"), "n:out_of_range");
    CAF_CHECK_EQUAL(blame_integer("-9223372036854775808"), "n:out_of_range");
}

CAF_TEST(keys of other things begin at one) {
    auto command = parsed(R"({"a":9223372036854775807,"b":0,"c":-1})");
    CAF_CHECK_EQUAL(command.key<style_id>("a").value, INT64_MAX);
    (void)command.key<style_id>("b");
    (void)command.key<style_id>("c");
    CAF_CHECK_EQUAL(blame(command), "b:out_of_range c:out_of_range");
}

CAF_TEST(what is not one JSON object is malformed) {
    for (const auto* body : {"",
                             " ",
                             "null",
                             "true",
                             "5",
                             "\"text\"",
                             "[]",
                             "[{}]",
                             "{",
                             "{}}",
                             "{} {}",
                             "{}x",
                             "{,}",
                             "{\"a\":1,}",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{a:1}",
                             "{'a':1}",
                             "{\"a\":01}",
                             "{\"a\":+1}",
                             "{\"a\":NaN}",
                             "{\"a\":1}//",
                             "{/**/}",
                             "\xEF\xBB\xBF{}",
                             "{\"a\":\"\xFF\"}",
                             "{\"a\":\"\\ud800\"}",
                             "{\"a\":\"\n\"}",
                             "{\"a\":\"",
                             "{\"a\":1e99999999999}"})
        CAF_CHECK_EQUAL(code_of(body), "malformed_json");
    CAF_CHECK_EQUAL(code_of(std::string{"{}\0", 3}), "malformed_json");
}

CAF_TEST(a name that occurs twice is malformed) {
    CAF_CHECK_EQUAL(code_of(R"({"a":1,"a":1})"), "malformed_json");
    CAF_CHECK_EQUAL(code_of(R"({"a":1,"\u0061":2})"), "malformed_json");
    CAF_CHECK_EQUAL(code_of(R"({"a":1,"A":2})"), "");
}

CAF_TEST(nesting and numbers of members are limited) {
    CAF_CHECK_EQUAL(code_of(nested(7)), "");
    CAF_CHECK_EQUAL(code_of(nested(8)), "malformed_json");
    CAF_CHECK_EQUAL(code_of(nested(100'000)), "malformed_json");
    std::string many = "{";
    for (int i = 0; i < 65; ++i)
        many += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":0";
    CAF_CHECK_EQUAL(code_of(many + "}"), "malformed_json");
    CAF_CHECK_EQUAL(code_of("{\"" + std::string(65, 'n') + "\":0}"), "malformed_json");
}

CAF_TEST(the place of an error is named) {
    const auto command = json_command::read(with_body(R"({"a":1,})"));
    CAF_REQUIRE(!command);
    CAF_CHECK_NOT_EQUAL(command.error().detail.find("at byte 7"), std::string::npos);
}

CAF_TEST(nested values belong to their own member only) {
    auto command = parsed(R"({"a":{"b":1,"b":[{"c":2}]},"d":3})");
    CAF_CHECK_EQUAL(command.integer("d", 0, 9), 3);
    (void)command.integer("b", 0, 9);
    CAF_CHECK_EQUAL(blame(command), "b:required a:unknown");
}

CAF_TEST(the content type must be JSON) {
    for (const auto* type :
         {"application/json", "Application/JSON", "application/json; charset=utf-8", " application/json "})
        CAF_CHECK_EQUAL(code_of("{}", type), "");
    for (const auto* type :
         {"", "text/json", "application/jsonx", "application/x-www-form-urlencoded", "text/plain"})
        CAF_CHECK_EQUAL(code_of("{}", type), "unsupported_media_type");
    request bare;
    bare.body = "{}";
    const auto command = json_command::read(bare);
    CAF_REQUIRE(!command);
    CAF_CHECK_EQUAL(command.error().code, errc::unsupported_media_type);
}

CAF_TEST(the canonical text does not depend on how a command was spelled) {
    const auto canonical = parsed(R"({"b":"x","a":1,"c":true})").canonical();
    CAF_CHECK_EQUAL(canonical, R"({"a":1,"b":"x","c":true})");
    CAF_CHECK_EQUAL(parsed(" { \"c\" : true, \"a\":1, \"d\":null, \"b\":\"\\u0078\" } ").canonical(),
                    canonical);
    CAF_CHECK_NOT_EQUAL(parsed(R"({"b":"x","a":2,"c":true})").canonical(), canonical);
    CAF_CHECK_NOT_EQUAL(parsed(R"({"b":"x","a":"1","c":true})").canonical(), canonical);
}

CAF_TEST(lists hold strings and nothing else) {
    auto command = parsed(R"({"a":["x","y"],"none":[],"missing":null})");
    CAF_CHECK_EQUAL(*command.optional_texts("a", 2), (std::vector<std::string>{"x", "y"}));
    CAF_CHECK(command.optional_texts("none", 2)->empty());
    CAF_CHECK(!command.optional_texts("missing", 2));
    CAF_CHECK_EQUAL(blame(command), "");
    CAF_CHECK_EQUAL(command.canonical(), R"({"a":["x","y"],"none":[]})");

    auto wrong =
        parsed(R"({"text":"x","number":[1],"null":[null],"nested":["x",["y"]],"object":["x",{"y":"z"}],)"
               R"("in_object":{"y":["x"]},"long":["x","y","z"],"twice":["x","x"],"as_text":["x"]})");
    for (const auto* name : {"text", "number", "null", "nested", "object", "in_object", "long", "twice"})
        CAF_CHECK(!wrong.optional_texts(name, 2));
    static_cast<void>(wrong.text("as_text", 9));
    CAF_CHECK_EQUAL(blame(wrong),
                    "text:wrong_type number:wrong_type null:wrong_type nested:wrong_type object:wrong_type "
                    "in_object:wrong_type long:too_long twice:invalid as_text:wrong_type");
}

CAF_TEST(what may be missing is told from what is wrong) {
    auto command = parsed(R"({"text":"x","flag":false,"empty":"","number":1})");
    CAF_CHECK_EQUAL(*command.optional_text("text", 9), "x");
    CAF_CHECK(!command.optional_text("missing", 9));
    CAF_CHECK(command.optional_boolean("flag") == false);
    CAF_CHECK(!command.optional_boolean("missing"));
    CAF_CHECK(!command.optional_text("empty", 9));
    CAF_CHECK(!command.optional_boolean("number"));
    CAF_CHECK_EQUAL(blame(command), "empty:required number:wrong_type");
}
