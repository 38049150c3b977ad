#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace atelier {

/// Addresses of an image's file that need no header: who has one may see the image until it ends.
struct image_links {
    std::string url;           ///< a path with its query
    std::string thumbnail_url; ///< likewise

    image_links() = default;
};

/// Makes and checks such addresses: "/files/{id}?expires=…&signature=…", the time in seconds since 1970, the
/// signature 43 characters of URL-safe Base64. The width of a thumbnail is not signed: an address is good for
/// all of them. Pure; thread-safe.
class image_link_signer {
public:
    /// The key is derived from `secret_key_base`. What is signed lives for `lifetime` and up to a quarter
    /// more: within a quarter the addresses stay the same, so that browsers keep what they have fetched.
    image_link_signer(std::string_view secret_key_base, std::chrono::milliseconds lifetime);

    /// `thumbnail_width` in pixels; 0 = there are no thumbnails: both addresses are the same.
    [[nodiscard]] image_links sign(image_id image, std::int32_t thumbnail_width, instant now) const;

    /// When the address ends. `forbidden` unless it was signed here, for this image, and has not expired.
    /// In constant time.
    [[nodiscard]] outcome<instant> verify(image_id image, std::string_view expires,
                                          std::string_view signature, instant now) const;

private:
    [[nodiscard]] std::string signature_of(image_id image, std::string_view expires) const;

    std::string key_;
    std::chrono::seconds lifetime_;
};

} // namespace atelier
