#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Sessions of browsers: the token travels in a cookie that scripts cannot read. `base_url` is the public
/// address of the service; when it is HTTPS, so must be every connection that carries the cookie.
///
/// A browser sends cookies also with requests that another site has made up. So a request that changes
/// something must in addition carry the session's CSRF token in X-CSRF-Token, which only our own pages can
/// read, and must not name another site in Origin (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet:
/// signed double submit, verifying origin).
namespace atelier::http {

/// The value of a Set-Cookie header (RFC 6265bis). With `until` the cookie outlives the browser.
[[nodiscard]] std::string set_session_cookie(std::string_view token, std::optional<instant> until,
                                             std::string_view base_url);
/// The same that makes the browser forget it.
[[nodiscard]] std::string clear_session_cookie(std::string_view base_url);

/// 204 that has the browser forget the cookie, if it has sent one.
[[nodiscard]] response signed_out(const request& r, std::string_view base_url);

/// The token in the request's cookie; none when there is no cookie, or several say different things.
[[nodiscard]] std::optional<std::string> session_cookie(const request& r, std::string_view base_url);

/// The CSRF token of a session: anybody who has the session's token can compute it, nobody else.
[[nodiscard]] std::string csrf_token_of(std::string_view token);

/// `forbidden` when the browser says that a page of another site has sent this.
[[nodiscard]] status check_origin(const request& r, std::string_view base_url);

} // namespace atelier::http
