#define CAF_SUITE config_web_origins
#include "config/web_origins.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

CAF_TEST(a list holds its origins and no others) {
    const auto origins =
        web_origins::parse(" https://app.example.com ,http://localhost:3000,http://[::1]:8 ");
    CAF_REQUIRE(origins.has_value());
    CAF_CHECK(origins->contains("https://app.example.com"));
    CAF_CHECK(origins->contains("http://localhost:3000"));
    CAF_CHECK(origins->contains("http://[::1]:8"));
    CAF_CHECK(!origins->contains("http://app.example.com"));
    CAF_CHECK(!origins->contains("https://app.example.com.evil.example"));
    CAF_CHECK(!origins->contains("null"));
    CAF_CHECK(!origins->contains(""));
}

CAF_TEST(there may be none or all) {
    CAF_CHECK(web_origins::parse("")->empty());
    CAF_CHECK(!web_origins::parse("")->contains("https://a"));
    CAF_CHECK(web_origins::parse(" * ")->contains("https://a"));
    CAF_CHECK(!web_origins::parse("*")->empty());
}

CAF_TEST(what no browser would send is refused) {
    for (const auto* list : {"app.example.com", "https://", "https://a/", "https://A", "ftp://a",
                             "https://a:443", "http://a:80", "https://a:", "https://a,", ",", "*, https://a",
                             "https://a https://b", "https://a?b", "https://u@a", "null"}) {
        CAF_MESSAGE(list);
        CAF_CHECK(!web_origins::parse(list));
    }
}
