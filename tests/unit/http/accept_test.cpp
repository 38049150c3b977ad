#define CAF_SUITE http_accept
#include "http/accept.hpp"
#include "tests/support/test.hpp"

using atelier::http::accepts_by_name;

CAF_TEST(a media type counts only when it is named) {
    for (const auto* yes : {"image/webp", "IMAGE/WebP", "image/avif,image/webp,*/*;q=0.8", "image/webp;q=0.1",
                            " image/webp ", "text/html, image/webp;level=1;q=1.000", ",,image/webp",
                            "image/webp;p=\"a,b\\\"c\"", "image/webp;q=0.001", "image/png;q=0, image/webp"}) {
        CAF_MESSAGE(yes);
        CAF_CHECK(accepts_by_name(yes, "image/webp"));
    }
    for (const auto* no :
         {"", "*/*", "image/*", "image/webp2", "image/web", "image/webp;q=0", "image/webp; q=0.000",
          "image/webp;q=0, */*", "text/plain;p=\"image/webp\"", "image/jpeg, image/png", "image /webp",
          "image/webp image/webp", "image/jpeg;p=\"image/webp", "\"image/webp\""}) {
        CAF_MESSAGE(no);
        CAF_CHECK(!accepts_by_name(no, "image/webp"));
    }
}

CAF_TEST(a coding counts only when it is named) {
    for (const auto* yes : {"gzip", "GZIP", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1"})
        CAF_CHECK(accepts_by_name(yes, "gzip"));
    for (const auto* no : {"", "*", "identity", "x-gzip", "gzip;q=0", "br, gzip;q=0.0", "gzip/1"})
        CAF_CHECK(!accepts_by_name(no, "gzip"));
}
