#define CAF_SUITE outcome

#include "actors/domain/outcome.hpp"
#include "tests/support/test.hpp"

#include <memory>
#include <set>
#include <string>

using namespace atelier;

CAF_TEST(an outcome holds a value or a failure) {
    const outcome<int> good{7};
    CAF_CHECK(good.has_value());
    CAF_CHECK_EQUAL(*good, 7);
    const outcome<int> bad{errc::not_found};
    CAF_CHECK(!bad);
    CAF_CHECK(bad.error().code == errc::not_found);
    const outcome<int> explained{failure{errc::forbidden, "because"}};
    CAF_CHECK_EQUAL(explained.error().detail, "because");
}

CAF_TEST(a value that cannot be copied can be moved out) {
    outcome<std::unique_ptr<int>> owner{std::make_unique<int>(3)};
    const auto taken = *std::move(owner);
    CAF_CHECK_EQUAL(*taken, 3);
    outcome<std::string> text{std::string{"abc"}};
    CAF_CHECK_EQUAL(text->size(), 3u);
    text->push_back('d');
    CAF_CHECK_EQUAL(text.value(), "abcd");
}

CAF_TEST(every error code has a name and a sentence of its own) {
    std::set<std::string_view> names;
    std::set<std::string_view> titles;
    for (auto value = static_cast<int>(errc::malformed_request); value <= static_cast<int>(errc::internal);
         ++value) {
        const auto code = static_cast<errc>(value);
        CAF_CHECK(names.insert(to_string(code)).second);
        CAF_CHECK(titles.insert(title(code)).second);
        CAF_CHECK_EQUAL(title(code).back(), '.');
    }
    CAF_CHECK_EQUAL(all_error_codes().size(), names.size());
    CAF_CHECK_EQUAL(to_string(errc::insufficient_tokens), "insufficient_tokens");
}

CAF_TEST(a wrong field is named with a code and a text) {
    const auto f = invalid_field("email", "too_long", "at most 255 characters");
    CAF_CHECK(f.code == errc::validation_failed);
    CAF_CHECK_EQUAL(f.detail, "email: at most 255 characters");
    CAF_REQUIRE_EQUAL(f.fields.size(), 1u);
    CAF_CHECK_EQUAL(f.fields[0].field, "email");
    CAF_CHECK_EQUAL(f.fields[0].code, "too_long");
    CAF_CHECK_EQUAL(f.fields[0].detail, "at most 255 characters");
}
