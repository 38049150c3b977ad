#pragma once

#include "http/assets/asset.hpp"

/// The control room's page: its HTML, style and modules.
namespace atelier::http::control_room_page {

extern const std::span<const asset> assets;

} // namespace atelier::http::control_room_page
