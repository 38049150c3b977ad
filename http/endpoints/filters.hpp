#pragma once

#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

/// What the lists of images and generations can be narrowed to, from the query. Each fails with
/// `validation_failed` about the parameter that is wrong.
namespace atelier::http {

/// Whether a text names a room: 1 to 40 lower-case letters and underscores.
[[nodiscard]] bool is_room_type(std::string_view text);
/// The failure about a room type that is none.
[[nodiscard]] failure invalid_room_type();

/// `?room_type=`; "" when there is none.
[[nodiscard]] outcome<std::string> read_room_type(const request& r);
/// `?status=`, `?style_id=`, `?room_type=`. Whether the style exists is not known here.
[[nodiscard]] outcome<generation_filter> read_generation_filter(const request& r);
/// `?kind=`, `?room_type=`.
[[nodiscard]] outcome<image_filter> read_image_filter(const request& r);

} // namespace atelier::http
