#include "http/message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string>

namespace atelier::http {
namespace {

namespace json = boost::json;

/// When to come back, if the failure itself does not say: these conditions pass within moments.
std::optional<std::chrono::seconds> retry_after(const failure& why, unsigned status) {
    if (why.retry_after)
        return why.retry_after;
    if (status == 429 || status == 503 || why.code == errc::idempotency_in_progress)
        return std::chrono::seconds{1};
    return std::nullopt;
}

json::array field_errors(const std::vector<field_error>& fields) {
    json::array errors;
    errors.reserve(fields.size());
    for (const auto& f : fields)
        errors.push_back(json::object{{"field", f.field}, {"code", f.code}, {"detail", f.detail}});
    return errors;
}

} // namespace

/// In the words of draft-ietf-httpapi-ratelimit-headers-10, and in the older ones that most clients know.
void add_rate_headers(response& r, const rate_limit& rate) {
    const auto text = [](std::int64_t n) { return std::to_string(n); };
    const auto name = '"' + rate.policy + '"';
    r.with("RateLimit-Policy", name + ";q=" + text(rate.limit) + ";w=" + text(rate.window.count()));
    r.with("RateLimit", name + ";r=" + text(rate.remaining) + ";t=" + text(rate.reset.count()));
    r.with("X-RateLimit-Limit", text(rate.limit));
    r.with("X-RateLimit-Remaining", text(rate.remaining));
    r.with("X-RateLimit-Reset", text(rate.reset.count()));
}

unsigned status_of(errc code) {
    switch (code) {
    case errc::malformed_request:
    case errc::idempotency_key_invalid:
        return 400;
    case errc::unauthenticated:
    case errc::invalid_credentials:
    case errc::invalid_signature:
        return 401;
    case errc::insufficient_tokens:
        return 402;
    case errc::email_not_confirmed:
    case errc::account_blocked:
    case errc::forbidden:
    case errc::insufficient_scope:
    case errc::invalid_csrf_token:
    case errc::forbidden_address:
        return 403;
    case errc::not_found:
        return 404;
    case errc::method_not_allowed:
        return 405;
    case errc::not_acceptable:
        return 406;
    case errc::request_timeout:
        return 408;
    case errc::state_conflict:
    case errc::gateway_refused:
    case errc::idempotency_in_progress:
        return 409;
    case errc::payload_too_large:
        return 413;
    case errc::uri_too_long:
        return 414;
    case errc::unsupported_media_type:
        return 415;
    case errc::range_not_satisfiable:
        return 416;
    case errc::expectation_failed:
        return 417;
    case errc::malformed_json:
    case errc::validation_failed:
    case errc::invalid_token:
    case errc::invalid_image:
    case errc::image_too_large:
    case errc::idempotency_key_reused:
        return 422;
    case errc::rate_limited:
    case errc::queue_full:
        return 429;
    case errc::headers_too_large:
        return 431;
    case errc::gateway_unavailable:
    case errc::engine_failed:
        return 502;
    case errc::overloaded:
    case errc::unavailable:
    case errc::deadline_exceeded:
        return 503;
    case errc::internal:
        break;
    }
    return 500;
}

response problem_response(const failure& why, std::string_view request_id) {
    const auto status = status_of(why.code);
    const auto code = to_string(why.code);
    json::object document;
    document["type"] = "urn:atelier:problem:" + std::string{code};
    document["title"] = title(why.code);
    document["status"] = status;
    if (!why.detail.empty() && why.code != errc::internal)
        document["detail"] = why.detail;
    document["code"] = code;
    document["request_id"] = request_id;
    if (!why.fields.empty())
        document["errors"] = field_errors(why.fields);

    response r{status};
    r.content_type = "application/problem+json";
    if (const auto wait = retry_after(why, status)) {
        document["retry_after"] = wait->count();
        r.with("Retry-After", std::to_string(wait->count()));
    }
    if (why.rate)
        add_rate_headers(r, *why.rate);
    if (status == 401)
        r.with("WWW-Authenticate", "Bearer");
    if (why.code == errc::insufficient_scope)
        r.with("WWW-Authenticate", R"(Bearer error="insufficient_scope")"); // RFC 6750, 3.1
    r.body = json::serialize(document);
    return r;
}

} // namespace atelier::http
