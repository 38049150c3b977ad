#pragma once

#include "http/message.hpp"

#include <span>
#include <string_view>

/// Files of pages, which travel inside the program.
namespace atelier::http {

/// One of them; embed.cmake writes tables of these.
struct asset {
    std::string_view name;       ///< e.g. "openapi.json"
    std::string_view compressed; ///< with gzip
    std::string_view digest;     ///< names the content
};

/// The asset of that name, or null.
[[nodiscard]] const asset* find_asset(std::span<const asset> all, std::string_view name);

/// The media type of an asset, by the ending of its name; plain text otherwise.
[[nodiscard]] std::string_view media_type_of(const asset& file);

/// 200 the asset, compressed for whoever takes gzip; 304 if the client has it already. Caches ask each time
/// whether it is still the same.
[[nodiscard]] response serve_asset(const request& r, const asset& file);

} // namespace atelier::http
