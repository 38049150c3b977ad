#include "actors/domain/image_variant.hpp"

namespace atelier {

using kind = image_variant::kind;

std::string name_of(const image_variant& variant) {
    switch (variant.what) {
    case kind::original:
        return "original";
    case kind::clean:
        return "clean";
    case kind::thumbnail:
        break;
    }
    return 'w' + std::to_string(variant.width) + (variant.webp ? ".webp" : ".jpeg");
}

std::string_view content_type_of(const image_variant& variant, std::string_view original) {
    if (variant.what != kind::thumbnail)
        return original;
    return variant.webp ? "image/webp" : "image/jpeg";
}

std::string filename_of(const image_variant& variant, std::string_view original) {
    if (variant.what != kind::thumbnail)
        return std::string{original};
    const auto dot = original.rfind('.');
    std::string name{original.substr(0, dot == 0 ? std::string_view::npos : dot)};
    return name.append(variant.webp ? ".webp" : ".jpg");
}

} // namespace atelier
