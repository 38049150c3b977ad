#define CAF_SUITE cursor
#include "http/cursor.hpp"
#include "tests/support/test.hpp"

#include <algorithm>

using namespace atelier;
using namespace atelier::http;

namespace {

bool is_refused(const outcome<std::int64_t>& key) {
    return !key && key.error().code == errc::validation_failed &&
           key.error().fields.front().field == "cursor";
}

} // namespace

CAF_TEST(a cursor brings back its key) {
    for (const std::int64_t key :
         {std::int64_t{1}, std::int64_t{255}, std::int64_t{1'000'000'007}, INT64_MAX}) {
        const auto back = decode_cursor(cursor_kind::payments, encode_cursor(cursor_kind::payments, key));
        CAF_REQUIRE(back.has_value());
        CAF_CHECK_EQUAL(*back, key);
    }
}

CAF_TEST(a cursor can stand in a query as it is) {
    for (std::int64_t key = 1; key < 5000; key += 7) {
        const auto text = encode_cursor(cursor_kind::generations, key);
        CAF_CHECK_EQUAL(text.size(), 16u);
        CAF_CHECK(std::ranges::all_of(text, [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
        }));
    }
}

CAF_TEST(a cursor is good for its own list only) {
    const auto cursor = encode_cursor(cursor_kind::transactions, 42);
    CAF_CHECK(is_refused(decode_cursor(cursor_kind::payments, cursor)));
    CAF_CHECK(is_refused(decode_cursor(cursor_kind::generations, cursor)));
}

CAF_TEST(a cursor is good with its own filter only) {
    const auto cursor = encode_cursor(cursor_kind::images, 42, "kind=input;");
    CAF_CHECK_EQUAL(decode_cursor(cursor_kind::images, cursor, "kind=input;").value(), 42);
    CAF_CHECK(is_refused(decode_cursor(cursor_kind::images, cursor, "kind=output;")));
    CAF_CHECK(is_refused(decode_cursor(cursor_kind::images, cursor)));
    CAF_CHECK(is_refused(
        decode_cursor(cursor_kind::images, encode_cursor(cursor_kind::images, 42), "kind=input;")));
}

CAF_TEST(any changed character is noticed) {
    const auto cursor = encode_cursor(cursor_kind::transactions, 42);
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto changed = cursor;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CAF_CHECK(is_refused(decode_cursor(cursor_kind::transactions, changed)));
    }
}

CAF_TEST(a byte that is no letter of a cursor is refused) {
    // libsodium takes it for the last letter of the alphabet.
    std::int64_t key = 1;
    while (encode_cursor(cursor_kind::transactions, key).find('_') == std::string::npos)
        ++key;
    auto cursor = encode_cursor(cursor_kind::transactions, key);
    cursor[cursor.find('_')] = '\xb2';
    CAF_CHECK(is_refused(decode_cursor(cursor_kind::transactions, cursor)));
}

CAF_TEST(other texts are refused) {
    const auto cursor = encode_cursor(cursor_kind::transactions, 42);
    for (const auto& text : {std::string{}, std::string{"42"}, cursor + "A", cursor + "=", cursor.substr(1),
                             ' ' + cursor, std::string(16, '*'), std::string(100'000, 'A')})
        CAF_CHECK(is_refused(decode_cursor(cursor_kind::transactions, text)));
    CAF_CHECK(
        is_refused(decode_cursor(cursor_kind::transactions, encode_cursor(cursor_kind::transactions, 0))));
    CAF_CHECK(
        is_refused(decode_cursor(cursor_kind::transactions, encode_cursor(cursor_kind::transactions, -5))));
}
