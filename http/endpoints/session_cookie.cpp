#include "http/endpoints/session_cookie.hpp"

#include "actors/domain/signature.hpp"
#include "http/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace atelier::http {
namespace {

bool is_https(std::string_view base_url) {
    return base_url.starts_with("https://");
}

/// `__Host-` has browsers refuse the cookie unless this very host has set it over HTTPS.
std::string_view cookie_name(std::string_view base_url) {
    return is_https(base_url) ? "__Host-atelier-session" : "atelier-session";
}

std::string cookie(std::string_view value, std::string_view lifetime, std::string_view base_url) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", cookie_name(base_url), value,
                       is_https(base_url) ? "; Secure" : "", lifetime);
}

/// Scheme, host and port, as browsers write them.
std::string_view origin_of(std::string_view url) {
    const auto host = url.find("://");
    return host == std::string_view::npos ? url : url.substr(0, url.find('/', host + 3));
}

} // namespace

std::string set_session_cookie(std::string_view token, std::optional<instant> until,
                               std::string_view base_url) {
    std::string lifetime;
    if (until)
        lifetime = fmt::format("; Expires={:%a, %d %b %Y %H:%M:%S} GMT",
                               fmt::gmtime(std::chrono::floor<std::chrono::seconds>(*until)));
    return cookie(token, lifetime, base_url);
}

std::string clear_session_cookie(std::string_view base_url) {
    return cookie("", "; Max-Age=0", base_url);
}

response signed_out(const request& r, std::string_view base_url) {
    response answer{204};
    if (session_cookie(r, base_url))
        answer.with("Set-Cookie", clear_session_cookie(base_url));
    return answer;
}

std::optional<std::string> session_cookie(const request& r, std::string_view base_url) {
    std::optional<std::string> found;
    for (const auto& [name, value] : r.headers) {
        if (name != "cookie")
            continue;
        for (std::string_view rest = value; !rest.empty();) {
            const auto end = rest.find(';');
            const auto pair = trim(rest.substr(0, end));
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != cookie_name(base_url))
                continue;
            const auto token = pair.substr(equals + 1);
            if (found && *found != token)
                return std::nullopt;
            found = token;
        }
    }
    return found;
}

std::string csrf_token_of(std::string_view token) {
    return hmac_sha256_base64("csrf", token);
}

status check_origin(const request& r, std::string_view base_url) {
    if (!r.has_header("origin") || r.header("origin") == origin_of(base_url))
        return done{};
    return failure{errc::forbidden, "the request comes from a page of another site"};
}

} // namespace atelier::http
