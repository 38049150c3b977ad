#define CAF_SUITE pg_params

#include "persistence/pg/params.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;
using namespace std::string_literals;

namespace {

/// Bytes of the only parameter, as hex digits.
std::string hex(const pg::params& with) {
    const auto all = with.view();
    CAF_REQUIRE_EQUAL(all.values.size(), 1u);
    std::string text;
    for (int i = 0; i < all.lengths[0]; ++i) {
        const auto byte = static_cast<unsigned char>(all.values[0][i]);
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 0xFU];
    }
    return text;
}

unsigned type(const pg::params& with) {
    return with.view().types.at(0);
}

} // namespace

CAF_TEST(scalars are big endian and carry their type) {
    CAF_CHECK_EQUAL(hex(pg::params{std::int32_t{-2}}), "fffffffe");
    CAF_CHECK_EQUAL(hex(pg::params{std::int64_t{1} << 40U}), "0000010000000000");
    CAF_CHECK_EQUAL(hex(pg::params{user_id{258}}), "0000000000000102");
    CAF_CHECK_EQUAL(hex(pg::params{true}), "01");
    CAF_CHECK_EQUAL(hex(pg::params{"é"}), "c3a9");
    const pg::params all{true, std::int32_t{1}, std::int64_t{1}, "a"s, instant{}, pg::binary{"b"}};
    const std::vector<unsigned> types{16, 23, 20, 25, 1114, 17};
    CAF_CHECK(all.view().types == types);
}

CAF_TEST(time counts microseconds from the year 2000) {
    CAF_CHECK_EQUAL(hex(pg::params{instant{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}}}),
                    "0000000000000000");
    CAF_CHECK_EQUAL(
        hex(pg::params{instant{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}} - microseconds{1}}),
        "ffffffffffffffff");
}

CAF_TEST(an empty optional is null and still has a type) {
    const auto all = pg::params{std::optional<std::int64_t>{}, std::optional{std::int64_t{7}}}.view();
    CAF_CHECK(all.values[0] == nullptr);
    CAF_CHECK(all.values[1] != nullptr);
    CAF_CHECK_EQUAL(all.types[0], 20u);
    CAF_CHECK_EQUAL(all.types[1], 20u);
}

CAF_TEST(an array has a header with its dimension and element type) {
    CAF_CHECK_EQUAL(hex(pg::params{std::vector<std::int32_t>{5, 6}}), "00000001"
                                                                      "00000000"
                                                                      "00000017"
                                                                      "00000002"
                                                                      "00000001"
                                                                      "0000000400000005"
                                                                      "0000000400000006");
    CAF_CHECK_EQUAL(type(pg::params{std::vector<std::int32_t>{}}), 1007u);
    CAF_CHECK_EQUAL(type(pg::params{std::vector<bool>{}}), 1000u);
    CAF_CHECK_EQUAL(type(pg::params{std::vector<user_id>{}}), 1016u);
    CAF_CHECK_EQUAL(type(pg::params{std::vector<std::string_view>{}}), 1009u);
    CAF_CHECK_EQUAL(type(pg::params{std::vector<std::optional<instant>>{}}), 1115u);
    CAF_CHECK_EQUAL(type(pg::params{std::vector<pg::binary>{}}), 1001u);
}

CAF_TEST(an empty array has no dimension) {
    CAF_CHECK_EQUAL(hex(pg::params{std::vector<std::int64_t>{}}), "00000000"
                                                                  "00000000"
                                                                  "00000014");
}

CAF_TEST(an array with a null says so) {
    CAF_CHECK_EQUAL(hex(pg::params{std::vector<std::optional<std::int32_t>>{std::nullopt, 1}}),
                    "00000001"
                    "00000001"
                    "00000017"
                    "00000002"
                    "00000001"
                    "ffffffff"
                    "0000000400000001");
}

CAF_TEST(clear forgets the parameters) {
    pg::params with{"a", std::int64_t{1}};
    with.clear();
    CAF_CHECK_EQUAL(with.size(), 0u);
    with.add(true);
    CAF_CHECK_EQUAL(hex(with), "01");
}
