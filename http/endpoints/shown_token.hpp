#pragma once

#include "actors/domain/outcome.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace atelier::http {

/// The token of the one `Authorization: Bearer` header (RFC 6750, 2.1). `unauthenticated` when there is none,
/// or it says something else.
[[nodiscard]] outcome<std::string> bearer_token(const request& r);

/// How a request says whose it is.
struct shown_token {
    std::string token;
    bool in_cookie = false;
};
/// The token of the Authorization header or, without one, of the session's cookie. `unauthenticated` when
/// neither is there.
[[nodiscard]] outcome<shown_token> shown_token_of(const request& r, std::string_view base_url);

/// That a page of our own has sent what comes with a cookie and changes something: `invalid_csrf_token`,
/// `forbidden`.
[[nodiscard]] status check_csrf(const request& r, const shown_token& shown, std::string_view base_url);

} // namespace atelier::http
