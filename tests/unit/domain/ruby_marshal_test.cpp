#define CAF_SUITE ruby_marshal

#include "actors/domain/ruby_marshal.hpp"
#include "tests/support/test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <string>

using namespace atelier;
namespace json = boost::json;

// The dumps are those of the examples and tables in Ruby's documentation of the format.
namespace {

std::string dump(std::string_view body) {
    return std::string{"\x04\x08", 2}.append(body);
}

/// What a dump holds, as JSON; "" when it is refused.
std::string read(std::string_view body) {
    const auto value = read_ruby_marshal(dump(body));
    return value ? std::string{json::serialize(*value)} : "";
}

std::string_view bytes(const char* text, std::size_t size) {
    return {text, size};
}

} // namespace

CAF_TEST(integers are read and written as Ruby does) {
    const std::map<std::int64_t, std::string> known{
        {0, {"i\0", 2}},
        {1, "i\x06"},
        {122, "i\x7f"},
        {123, "i\x01\x7b"},
        {255, "i\x01\xff"},
        {256, {"i\x02\x00\x01", 4}},
        {65'535, "i\x02\xff\xff"},
        {(1 << 30) - 1, "i\x04\xff\xff\xff\x3f"},
        {-1, "i\xfa"},
        {-123, "i\x80"},
        {-124, "i\xff\x84"},
        {-256, {"i\xff\x00", 3}},
        {-257, "i\xfe\xff\xfe"},
        {-(1 << 30), {"i\xfc\x00\x00\x00\xc0", 6}},
        {1 << 30, {"l+\x07\x00\x00\x00\x40", 7}},
        {std::int64_t{1} << 32, {"l+\x08\x00\x00\x00\x00\x01\x00", 9}},
        {-(std::int64_t{1} << 32), {"l-\x08\x00\x00\x00\x00\x01\x00", 9}},
    };
    for (const auto& [number, body] : known) {
        CAF_MESSAGE(number);
        CAF_CHECK_EQUAL(write_ruby_marshal(json::value(number)), dump(body));
        CAF_CHECK_EQUAL(read(body), std::to_string(number));
    }
}

CAF_TEST(texts and hashes and arrays come back) {
    const auto value = json::parse(
        R"({"key":"xtap","size":[100,-7,null,true,false],"key2":{"key":"naïve"},"empty":"","none":{}})");
    const auto back = read_ruby_marshal(write_ruby_marshal(value));
    CAF_REQUIRE(back.has_value());
    CAF_CHECK(*back == value);
}

CAF_TEST(a repeated symbol is a link to the first) {
    CAF_CHECK_EQUAL(write_ruby_marshal(json::parse(R"({"a":"x","b":{"a":"y"}})")),
                    dump(bytes("{\x07:\x06"
                               "aI\"\x06x\x06:\x06"
                               "ET:\x06"
                               "b{\x06;\x00I\"\x06y\x06;\x06T",
                               29)));
}

CAF_TEST(symbols and plain strings and links are read) {
    CAF_CHECK_EQUAL(read(":\x0alocal"), R"("local")");
    CAF_CHECK_EQUAL(read("\"\x07hi"), R"("hi")");
    CAF_CHECK_EQUAL(read(bytes("[\x08:\x06"
                               "a;\x00\"\x06"
                               "b",
                               10)),
                    R"(["a","a","b"])");
    CAF_MESSAGE("the array is object 0, its string object 1");
    CAF_CHECK_EQUAL(read("[\x07\"\x06"
                         "b@\x06"),
                    R"(["b","b"])");
}

CAF_TEST(what is malformed or strange is refused) {
    for (const std::string_view body :
         {bytes("", 0), bytes("x", 1), bytes("i", 1), bytes("i\x04\x01", 3), bytes("\"\x0ahi", 4),
          bytes("\"\xfahi", 4), bytes("I\"\x06x", 4), bytes("{\x06i\x06i\x06", 6), bytes("@\x00", 2),
          bytes(";\x00", 2), bytes("[\x06@\x00", 4), bytes("0x", 2),
          bytes("f\x06"
                "1",
                3),
          bytes("o:\x06"
                "A\x00",
                5),
          bytes("l+\x0a\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01", 13),
          bytes("l+\x09\xff\xff\xff\xff\xff\xff\xff\xff", 11), bytes("[\x04\xff\xff\xff\x3f", 6)})
        CAF_CHECK_EQUAL(read(body), "");
    CAF_CHECK(!read_ruby_marshal("").has_value());
    CAF_CHECK(!read_ruby_marshal("\x04\x09"
                                 "0")
                   .has_value());
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "[\x06";
    CAF_CHECK_EQUAL(read(deep + "0"), "");
    CAF_CHECK_EQUAL(read(std::string(100'000, 'I') + "0"), "");
}

CAF_TEST(what was read at the greatest depth can be written and read again) {
    std::string deep;
    for (int i = 0; i < 9; ++i)
        deep += "[\x06";
    const auto value = read_ruby_marshal(dump(deep + ":\x06"
                                                     "a"));
    CAF_REQUIRE(value.has_value());
    CAF_CHECK(read_ruby_marshal(write_ruby_marshal(*value)) == value);
    CAF_CHECK_EQUAL(read(deep + "[\x06"
                                "0"),
                    "");
}

CAF_TEST(every cut of a dump is refused) {
    const auto whole = write_ruby_marshal(json::parse(R"({"key":"xtap","size":[100,70000,4294967296]})"));
    CAF_REQUIRE(read_ruby_marshal(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size)
        CAF_CHECK(!read_ruby_marshal(std::string_view{whole}.substr(0, size)).has_value());
}
