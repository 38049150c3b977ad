#pragma once

#include "actors/domain/time.hpp"

#include <string>
#include <string_view>
#include <vector>

/// AWS Signature Version 4, the part without sockets: who a request comes from, in a header or in its
/// address. Source: AWS, "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3 API Reference.
/// Pure; thread-safe.
namespace atelier {

/// Who signs. None of it but the id may be shown.
struct aws_credentials {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token; ///< of temporary credentials; "" = none
};

/// What a signature is good for, besides its day.
struct aws_scope {
    std::string region;         ///< e.g. "eu-central-1"
    std::string service = "s3"; ///< e.g. "s3"
};

/// A parameter of a query, or a header; not escaped.
struct aws_field {
    std::string name;
    std::string value;
};

/// A request as it is signed.
struct aws_request {
    std::string method; ///< e.g. "GET"
    std::string path;   ///< begins with '/'; not escaped
    std::vector<aws_field> query;
    std::vector<aws_field> headers; ///< all that are to be signed, Host among them
    std::string payload_hash;       ///< SHA-256 of the body in hexadecimal, or `unsigned_payload`
};

/// Stands for the hash of a body that the signature does not cover.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// Escapes all but unreserved characters, and slashes unless they are to be `kept`.
[[nodiscard]] std::string aws_escaped(std::string_view text, bool slashes_kept);
/// A query as it is sent and signed: escaped, in order of names and values, without the '?'.
[[nodiscard]] std::string aws_query(const std::vector<aws_field>& query);

/// "20130524T000000Z"
[[nodiscard]] std::string aws_time(instant at);

/// The steps, for tests and for diagnosis. The signing key is secret.
[[nodiscard]] std::string aws_canonical_request(const aws_request& request);
[[nodiscard]] std::string aws_string_to_sign(const aws_request& request, const aws_scope& scope, instant at);
[[nodiscard]] std::string aws_signing_key(std::string_view secret_access_key, const aws_scope& scope,
                                          instant at);
/// 64 hexadecimal digits.
[[nodiscard]] std::string aws_signature(const aws_request& request, const aws_credentials& who,
                                        const aws_scope& scope, instant at);

/// The value of the header Authorization. The request has the headers X-Amz-Date, X-Amz-Content-Sha256 and,
/// for temporary credentials, X-Amz-Security-Token already.
[[nodiscard]] std::string aws_authorization(const aws_request& request, const aws_credentials& who,
                                            const aws_scope& scope, instant at);

/// The request's query with everything that lets anybody send it for a while from `at` on, at most seven
/// days: escaped, without the '?'. Its headers have to be sent as they stand in the request; its body is not
/// signed.
[[nodiscard]] std::string aws_presigned_query(aws_request request, const aws_credentials& who,
                                              const aws_scope& scope, instant at, std::chrono::seconds valid);

} // namespace atelier
