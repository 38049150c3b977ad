#pragma once

#include "http/message.hpp"
#include "http/service.hpp"

namespace atelier::http {

/// The answer to a request for a file: whole, in part (Range, If-Range), "not modified" (If-None-Match,
/// If-Modified-Since), or a redirect; with all that caches and browsers need to know (RFC 9110, 13 and 14;
/// RFC 9111). The client alone may keep it.
[[nodiscard]] response file_response(const request& r, const image_file& file);

} // namespace atelier::http
