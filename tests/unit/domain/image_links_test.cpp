#define CAF_SUITE image_links

#include "actors/domain/image_links.hpp"
#include "actors/domain/image_variant.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";
const instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;
const image_id image{31};

/// The value of a parameter.
std::string value_of(const std::string& url, const std::string& name) {
    const auto begin = url.find(name + '=');
    CAF_REQUIRE(begin != std::string::npos);
    const auto value = url.substr(begin + name.size() + 1);
    return value.substr(0, value.find('&'));
}

} // namespace

CAF_TEST(an address is as computed elsewhere) {
    // Python: hmac.new(base64(hmac(secret, "atelier image links 1")), "31 1772370000", sha256)
    const image_link_signer signer{secret, 1h};
    const auto links = signer.sign(image, 320, noon);
    CAF_CHECK_EQUAL(links.url,
                    "/files/31?expires=1772370000&signature=Cap9hJQIfwiNtJc1BDQgG2L-Sgey_dRLXL6kyaDLJ6Q");
    CAF_CHECK_EQUAL(links.thumbnail_url, links.url + "&width=320");
    CAF_CHECK_EQUAL(signer.sign(image, 0, noon).thumbnail_url, links.url);
}

CAF_TEST(what was signed is good until it expires) {
    const image_link_signer signer{secret, 1h};
    const auto url = signer.sign(image, 0, noon).url;
    const auto expires = value_of(url, "expires");
    const auto signature = value_of(url, "signature");
    const auto until = signer.verify(image, expires, signature, noon);
    CAF_REQUIRE(until.has_value());
    CAF_CHECK(*until >= noon + 1h);
    CAF_CHECK(*until <= noon + 75min);
    CAF_CHECK(signer.verify(image, expires, signature, *until - 1us).has_value());
    CAF_CHECK(!signer.verify(image, expires, signature, *until).has_value());
}

CAF_TEST(anything else is refused) {
    const image_link_signer signer{secret, 1h};
    const auto url = signer.sign(image, 0, noon).url;
    const auto expires = value_of(url, "expires");
    const auto signature = value_of(url, "signature");
    const auto refused = [&](const image_link_signer& by, image_id which, const std::string& e,
                             const std::string& s) {
        const auto verdict = by.verify(which, e, s, noon);
        return !verdict && verdict.error().code == errc::forbidden;
    };
    CAF_CHECK(!refused(signer, image, expires, signature));
    CAF_CHECK(refused(signer, image_id{32}, expires, signature));
    CAF_CHECK(refused(signer, image_id{3}, '1' + expires, signature));
    CAF_CHECK(refused(signer, image, std::to_string(std::stol(expires) + 1), signature));
    CAF_CHECK(refused(signer, image, "", signature));
    CAF_CHECK(refused(signer, image, "63588888888888", signature)); // no time: too many microseconds
    CAF_CHECK(refused(signer, image, expires, ""));
    CAF_CHECK(refused(signer, image, expires, signature + '='));
    CAF_CHECK(refused(signer, image, expires, signature.substr(1)));
    CAF_CHECK(refused(image_link_signer{"another secret", 1h}, image, expires, signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto forged = signature;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        CAF_CHECK(refused(signer, image, expires, forged));
    }
}

CAF_TEST(addresses stay the same for a while) {
    const image_link_signer signer{secret, 1h};
    CAF_CHECK_EQUAL(signer.sign(image, 0, noon + 1s).url, signer.sign(image, 0, noon + 14min).url);
    CAF_CHECK_NOT_EQUAL(signer.sign(image, 0, noon).url, signer.sign(image, 0, noon + 16min).url);
}

CAF_TEST(forms of an image have names and types of their own) {
    using kind = image_variant::kind;
    CAF_CHECK_EQUAL(name_of(image_variant{kind::original}), "original");
    CAF_CHECK_EQUAL(name_of(image_variant{}), "clean");
    CAF_CHECK_EQUAL(name_of(image_variant{320, true}), "w320.webp");
    CAF_CHECK_EQUAL(name_of(image_variant{320, false}), "w320.jpeg");
    CAF_CHECK_EQUAL(content_type_of(image_variant{}, "image/png"), "image/png");
    CAF_CHECK_EQUAL(content_type_of(image_variant{320, true}, "image/png"), "image/webp");
    CAF_CHECK_EQUAL(content_type_of(image_variant{320, false}, "image/png"), "image/jpeg");
    CAF_CHECK_EQUAL(filename_of(image_variant{}, "a.png"), "a.png");
    CAF_CHECK_EQUAL(filename_of(image_variant{320, true}, "my.room.png"), "my.room.webp");
    CAF_CHECK_EQUAL(filename_of(image_variant{320, false}, "room"), "room.jpg");
    CAF_CHECK_EQUAL(filename_of(image_variant{320, false}, ".png"), ".png.jpg");
}
