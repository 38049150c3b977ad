#define CAF_SUITE http_windows_1251
#include "http/windows_1251.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

#include <iconv.h>

using namespace atelier;
using namespace atelier::http;

namespace {

/// What the C library makes of one byte; "" for one without a character.
std::string converted_by_iconv(char byte) {
    auto* const converter = iconv_open("UTF-8", "WINDOWS-1251");
    std::string out(8, '\0');
    char* from = &byte;
    char* to = out.data();
    std::size_t from_left = 1;
    std::size_t to_left = out.size();
    const auto result = iconv(converter, &from, &from_left, &to, &to_left);
    iconv_close(converter);
    out.resize(result == static_cast<std::size_t>(-1) ? 0 : out.size() - to_left);
    return out;
}

} // namespace

CAF_TEST(every byte is the character that the C library has for it) {
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        const auto result = utf8_of_windows_1251(std::string(1, c));
        CAF_CHECK_EQUAL(result ? *result : std::string{}, converted_by_iconv(c));
        CAF_CHECK_EQUAL(result.has_value(), byte != 0x98);
    }
}

CAF_TEST(text is converted character by character) {
    const auto nothing = utf8_of_windows_1251("");
    CAF_CHECK_EQUAL(nothing.value(), "");
    const auto text = utf8_of_windows_1251("\xcf\xe0\xea\xe5\xf2 50 \x88 \xb9\xa8");
    CAF_CHECK_EQUAL(text.value(), "Пакет 50 € №Ё");
}

CAF_TEST(a byte without a character is refused) {
    const auto result = utf8_of_windows_1251("a\x98z");
    CAF_CHECK_EQUAL(test::refusal(result), "malformed_request");
    CAF_CHECK(test::refusal_detail(result).find("0x98") != std::string::npos);
}
