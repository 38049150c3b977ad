#pragma once

#include "actors/domain/rate_limit.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// Every way in which a command can be refused. The text of each (`to_string`) is the stable `code` of the
/// problem document that a client sees; `http/problem.cpp` gives each its HTTP status.
enum class errc : std::uint8_t {
    malformed_request = 1,
    malformed_json,
    validation_failed,
    unauthenticated,
    invalid_credentials,
    email_not_confirmed,
    account_blocked,
    invalid_token,
    forbidden,
    insufficient_scope,
    invalid_csrf_token,
    not_found,
    method_not_allowed,
    not_acceptable,
    request_timeout,
    state_conflict,
    payload_too_large,
    uri_too_long,
    headers_too_large,
    unsupported_media_type,
    range_not_satisfiable,
    expectation_failed,
    invalid_image,
    image_too_large,
    insufficient_tokens,
    idempotency_key_invalid,
    idempotency_key_reused,
    idempotency_in_progress,
    rate_limited,
    queue_full,
    invalid_signature,
    overloaded,
    unavailable,
    deadline_exceeded,
    forbidden_address,
    gateway_refused,
    gateway_unavailable,
    engine_failed,
    internal,
};

/// The stable code, e.g. "insufficient_tokens".
[[nodiscard]] std::string_view to_string(errc code);
/// One sentence for people, the same for every occurrence.
[[nodiscard]] std::string_view title(errc code);
/// All codes, for the documentation and its test.
[[nodiscard]] const std::vector<errc>& all_error_codes();

/// One thing wrong with one member of a command.
struct field_error {
    std::string field;  ///< name of the member, e.g. "email"
    std::string code;   ///< stable, e.g. "required", "invalid", "too_long"
    std::string detail; ///< for people
};

/// A refusal: what, why here, which fields, and when to come back.
struct failure {
    errc code;
    std::string detail;
    std::vector<field_error> fields;
    std::optional<std::chrono::seconds> retry_after;
    std::shared_ptr<const rate_limit> rate; ///< the limit that was reached, if it was one

    failure(errc c) : code{c} {} // NOLINT(google-explicit-constructor): `return errc::not_found;`
    failure(errc c, std::string d) : code{c}, detail{std::move(d)} {}
};

/// A `rate_limited` with its limit.
[[nodiscard]] failure limited(rate_limit reached);

/// A `validation_failed` about one field.
[[nodiscard]] failure invalid_field(std::string field, std::string code, std::string detail);

} // namespace atelier
