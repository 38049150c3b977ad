#pragma once

#include <string_view>

namespace atelier {

/// Whether a host is this machine itself: `localhost`, 127.0.0.0/8, ::1 with or without brackets.
[[nodiscard]] bool is_loopback(std::string_view host);

/// Whether secrets may be sent to a base URL: it begins with https://, or with http:// and leads to this
/// machine itself (`is_loopback`). Neither user names, queries, fragments nor a '/' at the
/// end are allowed.
[[nodiscard]] bool is_secure_url(std::string_view url);

} // namespace atelier
