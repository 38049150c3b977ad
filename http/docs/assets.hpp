#pragma once

#include "http/assets/asset.hpp"

/// The reference of the API: its document, the page that shows it, and the viewer on the page.
namespace atelier::http::docs {

extern const std::span<const asset> assets;

} // namespace atelier::http::docs
