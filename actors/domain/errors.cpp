#include "actors/domain/errors.hpp"

#include <array>
#include <utility>

namespace atelier {
namespace {

struct entry {
    errc code;
    std::string_view name;
    std::string_view title;
};

constexpr std::array entries{
    entry{errc::malformed_request, "malformed_request", "The request breaks the rules of HTTP."},
    entry{errc::malformed_json, "malformed_json", "The body is not the JSON object that was expected."},
    entry{errc::validation_failed, "validation_failed", "A field of the request is missing or wrong."},
    entry{errc::unauthenticated, "unauthenticated", "The request needs a valid bearer token."},
    entry{errc::invalid_credentials, "invalid_credentials", "The e-mail address or the password is wrong."},
    entry{errc::email_not_confirmed, "email_not_confirmed", "The e-mail address has not been confirmed yet."},
    entry{errc::account_blocked, "account_blocked", "The account is blocked."},
    entry{errc::invalid_token, "invalid_token", "The token is unknown, used up or expired."},
    entry{errc::forbidden, "forbidden", "This is not allowed."},
    entry{errc::insufficient_scope, "insufficient_scope", "The API key does not permit this."},
    entry{errc::invalid_csrf_token, "invalid_csrf_token",
          "The X-CSRF-Token header is missing or does not belong to the session."},
    entry{errc::not_found, "not_found", "There is no such thing, or it belongs to somebody else."},
    entry{errc::method_not_allowed, "method_not_allowed", "This resource does not know that method."},
    entry{errc::not_acceptable, "not_acceptable", "None of the accepted media types can be produced."},
    entry{errc::request_timeout, "request_timeout", "The request did not arrive in time."},
    entry{errc::state_conflict, "state_conflict", "The present state does not allow this."},
    entry{errc::payload_too_large, "payload_too_large", "The body is larger than the limit."},
    entry{errc::uri_too_long, "uri_too_long", "The request target is longer than the limit."},
    entry{errc::headers_too_large, "headers_too_large", "The header is larger than the limit."},
    entry{errc::unsupported_media_type, "unsupported_media_type",
          "The media type of the body is not supported."},
    entry{errc::range_not_satisfiable, "range_not_satisfiable", "The requested range lies outside the file."},
    entry{errc::expectation_failed, "expectation_failed", "The expectation cannot be met."},
    entry{errc::invalid_image, "invalid_image", "The file is not a readable JPEG, PNG or WebP image."},
    entry{errc::image_too_large, "image_too_large", "The image has more pixels than the limit."},
    entry{errc::insufficient_tokens, "insufficient_tokens", "The wallet does not hold enough tokens."},
    entry{errc::idempotency_key_invalid, "idempotency_key_invalid",
          "The Idempotency-Key header is malformed."},
    entry{errc::idempotency_key_reused, "idempotency_key_reused",
          "The Idempotency-Key was used before with another request."},
    entry{errc::idempotency_in_progress, "idempotency_in_progress",
          "The first request with this Idempotency-Key is still running."},
    entry{errc::rate_limited, "rate_limited", "Too many requests."},
    entry{errc::queue_full, "queue_full", "Too many generations are waiting."},
    entry{errc::invalid_signature, "invalid_signature",
          "The signature of the notification is missing or wrong."},
    entry{errc::overloaded, "overloaded", "The service is at its limit; try again shortly."},
    entry{errc::unavailable, "unavailable", "A part of the service is not available; try again shortly."},
    entry{errc::deadline_exceeded, "deadline_exceeded",
          "The answer was not ready in time; try again with the same Idempotency-Key."},
    entry{errc::forbidden_address, "forbidden_address", "Notifications are not taken from this address."},
    entry{errc::gateway_refused, "gateway_refused", "The payment gateway refused this."},
    entry{errc::gateway_unavailable, "gateway_unavailable", "The payment gateway gave no usable answer."},
    entry{errc::engine_failed, "engine_failed", "The generation engine failed."},
    entry{errc::internal, "internal", "Something went wrong on our side."},
};

const entry& find(errc code) {
    for (const auto& e : entries)
        if (e.code == code)
            return e;
    return entries.back();
}

} // namespace

std::string_view to_string(errc code) {
    return find(code).name;
}

std::string_view title(errc code) {
    return find(code).title;
}

const std::vector<errc>& all_error_codes() {
    static const auto codes = [] {
        std::vector<errc> all;
        all.reserve(entries.size());
        for (const auto& e : entries)
            all.push_back(e.code);
        return all;
    }();
    return codes;
}

failure limited(rate_limit reached) {
    failure why{errc::rate_limited};
    why.retry_after = reached.reset;
    why.rate = std::make_shared<const rate_limit>(std::move(reached));
    return why;
}

failure invalid_field(std::string field, std::string code, std::string detail) {
    failure f{errc::validation_failed, field + ": " + detail};
    f.fields.push_back({std::move(field), std::move(code), std::move(detail)});
    return f;
}

} // namespace atelier
