#pragma once

#include <span>
#include <string_view>

/// The reference of the API: its document, the page that shows it, and the viewer on the page.
namespace atelier::http::docs {

/// A file that travels inside the program.
struct asset {
    std::string_view name;       ///< e.g. "openapi.json"
    std::string_view compressed; ///< with gzip
    std::string_view digest;     ///< names the content
};

extern const std::span<const asset> assets;

} // namespace atelier::http::docs
