#define CAF_SUITE http_idempotency_key
#include "http/idempotency_key.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

std::string key_of(std::string_view header) {
    const auto key = parse_idempotency_key(header);
    return key ? *key : test::refusal(key);
}

const std::string invalid = "idempotency_key_invalid";

} // namespace

CAF_TEST(bare and quoted keys are the same key) {
    CAF_CHECK_EQUAL(key_of("8e03978e-40d5-43e8-bc93-6894a57f9324"), "8e03978e-40d5-43e8-bc93-6894a57f9324");
    CAF_CHECK_EQUAL(key_of("\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
                    "8e03978e-40d5-43e8-bc93-6894a57f9324");
    CAF_CHECK_EQUAL(key_of("a"), "a");
}

CAF_TEST(escapes in quotes are resolved) {
    CAF_CHECK_EQUAL(key_of(R"("a\"b\\c")"), R"(a"b\c)");
    CAF_CHECK_EQUAL(key_of(R"(a\b"c)"), R"(a\b"c)");
}

CAF_TEST(keys have 1 to 255 characters) {
    CAF_CHECK_EQUAL(key_of(std::string(255, 'k')), std::string(255, 'k'));
    CAF_CHECK_EQUAL(key_of('"' + std::string(255, 'k') + '"'), std::string(255, 'k'));
    CAF_CHECK_EQUAL(key_of(std::string(256, 'k')), invalid);
    CAF_CHECK_EQUAL(key_of('"' + std::string(256, 'k') + '"'), invalid);
    CAF_CHECK_EQUAL(key_of(""), invalid);
    CAF_CHECK_EQUAL(key_of("\"\""), invalid);
}

CAF_TEST(everything but visible ASCII is refused) {
    for (const auto* header : {"a b", "\"a b\"", "a\tb", "caf\xc3\xa9", "\"caf\xc3\xa9\"", "\"a", "\"",
                               "\"a\"b", "\"a\";v=1", R"("a\b")", R"("a\)", "a\x7f", "a\x01"}) {
        CAF_MESSAGE(header);
        CAF_CHECK_EQUAL(key_of(header), invalid);
    }
    CAF_CHECK_EQUAL(key_of(std::string_view{"a\0b", 3}), invalid);
}

CAF_TEST(no bytes make it throw) {
    test::feed_mutations(R"("key\"with\\escapes")",
                         [](std::string_view header) { (void)parse_idempotency_key(header); });
}
