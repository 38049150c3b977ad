#define CAF_SUITE base64

#include "actors/engines/base64.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/pictures.hpp"

using namespace atelier;
using namespace std::string_view_literals;

namespace {

struct files {
    test::temporary_directory directory;
    std::filesystem::path file = directory.path() / "picture";
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(base64_tests, files)

CAF_TEST(a file comes back from its Base64) {
    for (const auto bytes : {"a"sv, "ab"sv, "abc"sv, "\0\xff\xfe\x80"sv}) {
        test::write_bytes(file, bytes);
        const auto text = base64_of_file(file);
        CAF_REQUIRE(text.has_value());
        CAF_CHECK(write_base64(*text, file).has_value());
        CAF_CHECK(test::read_bytes(file) == bytes);
        CAF_MESSAGE("also from lines");
        CAF_CHECK(write_base64(text->substr(0, 2) + "\r\n" + text->substr(2), file).has_value());
        CAF_CHECK(test::read_bytes(file) == bytes);
    }
}

CAF_TEST(what is not Base64 is refused) {
    // The last three: bytes that libsodium would take for '/', or skip.
    for (const auto text : {""sv, "\r\n"sv, "aGVsbG9="sv, "aGVsbG8"sv, "aGVs bG8="sv, "aGVs-G8="sv,
                            "aG\xb2\xbc\xb2\x86sbG8="sv, "aGVs\xffG8="sv, "aGVs\0bG8="sv}) {
        const auto written = write_base64(text, file);
        CAF_CHECK(!written.has_value() && written.error().code == errc::invalid_image);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
