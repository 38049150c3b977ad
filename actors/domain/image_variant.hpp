#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace atelier {

/// In which form an image is served.
struct image_variant {
    enum class kind : std::uint8_t {
        original,  ///< byte for byte as it came
        clean,     ///< upright, in sRGB, without metadata
        thumbnail, ///< clean, and at most so wide
    };

    kind what = kind::clean;
    std::int32_t width = 0; ///< of a thumbnail, in pixels
    bool webp = false;      ///< a thumbnail for somebody who takes WebP; otherwise it is JPEG

    image_variant() = default;
    explicit image_variant(kind k) : what{k} {}
    image_variant(std::int32_t w, bool as_webp) : what{kind::thumbnail}, width{w}, webp{as_webp} {}

    friend bool operator==(const image_variant&, const image_variant&) = default;
};

/// A name for it, of lower-case letters, digits and '.', e.g. "w320.webp". Pure, as all here.
[[nodiscard]] std::string name_of(const image_variant& variant);

/// The content type that it has when the original has this one.
[[nodiscard]] std::string_view content_type_of(const image_variant& variant, std::string_view original);

/// The name under which it is saved when the original has this one: with the ending of its type.
[[nodiscard]] std::string filename_of(const image_variant& variant, std::string_view original);

} // namespace atelier
