#pragma once

#include "http/endpoints/endpoint.hpp"

namespace atelier::http {

/// {signed_id, room_type?}, in memory or in the file of the body: makes an image of a direct upload. The same
/// signed id again is the same image. Beside what the service says: errors of a JSON command.
[[nodiscard]] reply<image_record> attach_image(const endpoint_context& context, request& r, user_id who);

} // namespace atelier::http
