#include "actors/domain/image_links.hpp"

#include "actors/domain/signature.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>

namespace atelier {
namespace {

constexpr std::string_view purpose = "atelier image links 1";

} // namespace

image_link_signer::image_link_signer(std::string_view secret_key_base, std::chrono::milliseconds lifetime)
    : key_{hmac_sha256_base64(purpose, secret_key_base)}, lifetime_{std::chrono::ceil<std::chrono::seconds>(
                                                              lifetime)} {}

image_links image_link_signer::sign(image_id image, std::int32_t thumbnail_width, instant now) const {
    const auto step = std::max<std::int64_t>(lifetime_.count() / 4, 1);
    const auto least = std::chrono::ceil<std::chrono::seconds>(now.time_since_epoch() + lifetime_).count();
    const auto expires = std::to_string((least + step - 1) / step * step);
    image_links links;
    links.url = "/files/" + std::to_string(image.value) + "?expires=" + expires +
                "&signature=" + signature_of(image, expires);
    links.thumbnail_url = links.url;
    if (thumbnail_width > 0)
        links.thumbnail_url += "&width=" + std::to_string(thumbnail_width);
    return links;
}

outcome<instant> image_link_signer::verify(image_id image, std::string_view expires,
                                           std::string_view signature, instant now) const {
    const auto right = signature_of(image, expires);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
    constexpr std::size_t longest = 12; // digits: no overflow as microseconds
    const bool number =
        error == std::errc{} && end == expires.data() + expires.size() && expires.size() <= longest;
    const bool same =
        signature.size() == right.size() && sodium_memcmp(signature.data(), right.data(), right.size()) == 0;
    // What was not signed here may be any number, also one that is no time.
    const auto until = number && same ? instant{std::chrono::seconds{seconds}} : instant{};
    if (!number || !same || until <= now)
        return failure{errc::forbidden, "The address was not signed here, or has expired."};
    return until;
}

std::string image_link_signer::signature_of(image_id image, std::string_view expires) const {
    auto text = hmac_sha256_base64(std::to_string(image.value).append(" ").append(expires), key_);
    text.pop_back(); // the padding
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

} // namespace atelier
