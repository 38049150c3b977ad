#define CAF_SUITE config_secure_url
#include "config/secure_url.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

CAF_TEST(HTTPS may lead anywhere) {
    for (const auto* url : {"https://api.cloudpayments.ru", "https://api.example.com:8443/base/path",
                            "https://127.0.0.1", "https://[2001:db8::1]:443"})
        CAF_CHECK(is_secure_url(url));
}

CAF_TEST(plain HTTP leads to this machine only) {
    for (const auto* url : {"http://127.0.0.1", "http://127.0.0.1:8080", "http://127.9.9.9:1/x",
                            "http://localhost:8080", "http://[::1]:8080", "http://[::1]"})
        CAF_CHECK(is_secure_url(url));
    for (const auto* url : {"http://api.cloudpayments.ru", "http://192.0.2.1", "http://128.0.0.1",
                            "http://localhost.example.com", "http://127.0.0.1.example.com",
                            "http://[2001:db8::1]", "http://[::1", "http://", "http://:80",
                            "http://127.0.0.1@example.com", "http://localhost:x@example.com"})
        CAF_CHECK(!is_secure_url(url));
}

CAF_TEST(other URLs are refused) {
    for (const auto* url :
         {"", "https://", "https:///x", "ftp://127.0.0.1", "HTTPS://a", "a", "https://a/", "https://a?b",
          "https://a#b", "https://a b", "https://user:secret@a", "https://a\\b", "https://é"})
        CAF_CHECK(!is_secure_url(url));
}
