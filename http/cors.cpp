#include "http/cors.hpp"

namespace atelier::http {
namespace {

/// Everything that a client may send or wants to read, beyond what browsers permit anyway.
constexpr std::string_view request_headers =
    "Authorization, Content-Type, Content-MD5, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer, Range, "
    "traceparent, tracestate, X-Request-Id";
constexpr std::string_view response_headers =
    "Accept-Ranges, Content-Range, Deprecation, ETag, Idempotency-Replayed, Link, Location, "
    "Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-RateLimit-Limit, "
    "X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";
constexpr std::string_view preflight_lifetime = "7200"; // seconds; no browser keeps it longer

std::string joined(const std::vector<std::string_view>& names) {
    std::string list;
    for (const auto name : names)
        list.append(list.empty() ? "" : ", ").append(name);
    return list;
}

} // namespace

bool cors::is_preflight(const request& r) {
    return r.verb == method::options && r.has_header("origin") &&
           r.has_header("access-control-request-method");
}

response cors::options(const request& r, const std::vector<std::string_view>& methods) const {
    response answer{204};
    auto list = joined(methods);
    if (is_preflight(r) && allowed_.contains(r.header("origin")))
        answer.with("Access-Control-Allow-Methods", list)
            .with("Access-Control-Allow-Headers", std::string{request_headers})
            .with("Access-Control-Max-Age", std::string{preflight_lifetime});
    answer.with("Allow", std::move(list));
    return answer;
}

void cors::share(const request& r, response& answer) const {
    if (allowed_.empty())
        return;
    const auto origin = r.header("origin");
    if (!allowed_.any)
        answer.with("Vary", "Origin"); // a cache must not show one page what another one got
    if (origin.empty() || !allowed_.contains(origin))
        return;
    answer.with("Access-Control-Allow-Origin", allowed_.any ? "*" : std::string{origin});
    if (!is_preflight(r))
        answer.with("Access-Control-Expose-Headers", std::string{response_headers});
}

} // namespace atelier::http
