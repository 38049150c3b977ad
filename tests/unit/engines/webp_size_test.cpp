#define CAF_SUITE webp_size

#include "actors/engines/webp_size.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;
using namespace std::string_literals;

namespace {

std::string file(const std::string& chunk) {
    auto bytes = "RIFF\x40\x00\x00\x00WEBP"s + chunk;
    bytes.resize(webp_header_size, '\0');
    return bytes;
}

} // namespace

CAF_TEST(each kind of WebP tells its size in its own way) {
    CAF_MESSAGE("lossy: 1024 x 768 with the bits of a scale above");
    CAF_CHECK(webp_pixels(file("VP8 \x30\x00\x00\x00\x10\x02\x00\x9d\x01\x2a\x00\x44\x00\xc3"s)) ==
              1024U * 768U);
    CAF_MESSAGE("lossless: 386 x 395");
    CAF_CHECK(webp_pixels(file("VP8L\x30\x00\x00\x00\x2f\x81\x81\x62\x10"s)) == 386U * 395U);
    CAF_MESSAGE("extended: a canvas of 16777216 x 2");
    CAF_CHECK(webp_pixels(file("VP8X\x0a\x00\x00\x00\x10\x00\x00\x00\xff\xff\xff\x01\x00\x00"s)) ==
              16777216ULL * 2);
}

CAF_TEST(anything else has none) {
    CAF_CHECK(!webp_pixels(""));
    CAF_CHECK(!webp_pixels(file("JUNK")));
    CAF_CHECK(!webp_pixels(file("VP8 ").substr(0, 29)));
    CAF_CHECK(!webp_pixels(std::string(40, 'R')));
}
