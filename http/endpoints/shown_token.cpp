#include "http/endpoints/shown_token.hpp"

#include "http/endpoints/session_cookie.hpp"
#include "http/text.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace atelier::http {

outcome<std::string> bearer_token(const request& r) {
    using header = std::pair<std::string, std::string>;
    if (std::ranges::count(r.headers, "authorization", &header::first) != 1)
        return failure{errc::unauthenticated, "send exactly one header `Authorization: Bearer <token>`"};
    const auto credentials = trim(r.header("authorization"));
    const auto scheme = credentials.substr(0, credentials.find(' '));
    const auto token = trim(credentials.substr(scheme.size()));
    if (!equal_ignoring_case(scheme, "Bearer") || token.empty())
        return failure{errc::unauthenticated, "the Authorization header must be `Bearer <token>`"};
    return std::string{token};
}

outcome<shown_token> shown_token_of(const request& r, std::string_view base_url) {
    if (!r.has_header("authorization") && r.has_header("cookie"))
        if (auto token = session_cookie(r, base_url))
            return shown_token{*std::move(token), true};
    auto token = bearer_token(r);
    if (!token)
        return std::move(token).error();
    return shown_token{*std::move(token), false};
}

status check_csrf(const request& r, const shown_token& shown, std::string_view base_url) {
    if (!shown.in_cookie || is_safe(r.verb))
        return done{};
    if (auto same = check_origin(r, base_url); !same)
        return same;
    const auto expected = csrf_token_of(shown.token);
    const auto given = r.header("x-csrf-token");
    if (given.size() != expected.size() || sodium_memcmp(given.data(), expected.data(), given.size()) != 0)
        return errc::invalid_csrf_token;
    return done{};
}

} // namespace atelier::http
