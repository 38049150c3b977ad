#include "http/endpoints/bearer.hpp"

#include "http/text.hpp"

#include <algorithm>

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

} // namespace atelier::http
