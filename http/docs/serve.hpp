#pragma once

#include "http/docs/assets.hpp"
#include "http/message.hpp"

#include <string_view>

namespace atelier::http::docs {

/// The asset of that name, or null.
[[nodiscard]] const asset* find(std::string_view name);

/// The media type of an asset, by the ending of its name; plain text otherwise.
[[nodiscard]] std::string_view media_type_of(const asset& file);

/// 200 the asset, compressed for whoever takes gzip; 304 if the client has it already. Caches ask each time
/// whether it is still the same.
[[nodiscard]] response serve(const request& r, const asset& file);

} // namespace atelier::http::docs
