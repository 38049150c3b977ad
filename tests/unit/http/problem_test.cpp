#define CAF_SUITE http_problem
#include "http/message.hpp"
#include "tests/support/test.hpp"

#include <boost/json.hpp>

#include <map>

using namespace atelier;
using namespace atelier::http;

namespace {

boost::json::object document_of(const response& r) {
    return boost::json::parse(std::get<std::string>(r.body)).as_object();
}

std::string header_of(const response& r, const std::string& name) {
    for (const auto& [n, value] : r.headers)
        if (n == name)
            return value;
    return {};
}

} // namespace

CAF_TEST(a failure becomes a problem document) {
    const failure why{errc::insufficient_tokens, "1 needed, 0 there"};
    const auto r = problem_response(why, "request-1");
    CAF_CHECK_EQUAL(r.status, 402U);
    CAF_CHECK_EQUAL(r.content_type, "application/problem+json");
    const boost::json::object expected{{"type", "urn:atelier:problem:insufficient_tokens"},
                                       {"title", "The wallet does not hold enough tokens."},
                                       {"status", 402},
                                       {"detail", "1 needed, 0 there"},
                                       {"code", "insufficient_tokens"},
                                       {"request_id", "request-1"}};
    CAF_CHECK(document_of(r) == expected);
    CAF_CHECK(r.headers.empty());
}

CAF_TEST(the fields that are wrong are named) {
    const auto r = problem_response(invalid_field("email", "required", "is missing"), "r");
    const auto document = document_of(r);
    const boost::json::array expected{{{"field", "email"}, {"code", "required"}, {"detail", "is missing"}}};
    CAF_CHECK_EQUAL(r.status, 422U);
    CAF_CHECK(document.at("errors") == expected);
}

CAF_TEST(clients are told when to come back) {
    for (const auto code : {errc::rate_limited, errc::queue_full, errc::overloaded, errc::unavailable,
                            errc::deadline_exceeded, errc::idempotency_in_progress})
        CAF_CHECK_EQUAL(header_of(problem_response(code, "r"), "Retry-After"), "1");
    CAF_CHECK_EQUAL(header_of(problem_response(errc::state_conflict, "r"), "Retry-After"), "");
    CAF_CHECK(!document_of(problem_response(errc::not_found, "r")).contains("retry_after"));

    failure why{errc::rate_limited};
    why.retry_after = std::chrono::seconds{30};
    const auto r = problem_response(why, "r");
    CAF_CHECK_EQUAL(header_of(r, "Retry-After"), "30");
    const auto document = document_of(r);
    CAF_CHECK_EQUAL(document.at("retry_after").as_int64(), 30);
}

CAF_TEST(an unauthenticated client is told how to authenticate) {
    CAF_CHECK_EQUAL(header_of(problem_response(errc::unauthenticated, "r"), "WWW-Authenticate"), "Bearer");
    CAF_CHECK_EQUAL(header_of(problem_response(errc::forbidden, "r"), "WWW-Authenticate"), "");
}

CAF_TEST(internal trouble stays inside) {
    const failure why{errc::internal, "connection to /var/secret refused"};
    const auto r = problem_response(why, "r");
    CAF_CHECK_EQUAL(r.status, 500U);
    CAF_CHECK(!document_of(r).contains("detail"));
    CAF_CHECK_EQUAL(std::get<std::string>(r.body).find("secret"), std::string::npos);
}

CAF_TEST(any text makes a valid document) {
    const failure why{errc::malformed_request, "quote \" backslash \\ newline \n null"};
    const auto document = document_of(problem_response(why, "r"));
    CAF_CHECK(document.at("detail").as_string() == why.detail);
}

CAF_TEST(every code has its status) {
    const std::map<std::string, unsigned> expected{
        {"malformed_request", 400},
        {"malformed_json", 422},
        {"validation_failed", 422},
        {"unauthenticated", 401},
        {"invalid_credentials", 401},
        {"email_not_confirmed", 403},
        {"account_blocked", 403},
        {"invalid_token", 422},
        {"forbidden", 403},
        {"insufficient_scope", 403},
        {"invalid_csrf_token", 403},
        {"not_found", 404},
        {"method_not_allowed", 405},
        {"not_acceptable", 406},
        {"request_timeout", 408},
        {"state_conflict", 409},
        {"payload_too_large", 413},
        {"uri_too_long", 414},
        {"headers_too_large", 431},
        {"unsupported_media_type", 415},
        {"range_not_satisfiable", 416},
        {"expectation_failed", 417},
        {"invalid_image", 422},
        {"image_too_large", 422},
        {"insufficient_tokens", 402},
        {"idempotency_key_invalid", 400},
        {"idempotency_key_reused", 422},
        {"idempotency_in_progress", 409},
        {"rate_limited", 429},
        {"queue_full", 429},
        {"invalid_signature", 401},
        {"overloaded", 503},
        {"unavailable", 503},
        {"deadline_exceeded", 503},
        {"forbidden_address", 403},
        {"gateway_refused", 409},
        {"gateway_unavailable", 502},
        {"engine_failed", 502},
        {"internal", 500},
    };
    for (const auto code : all_error_codes()) {
        const std::string name{to_string(code)};
        CAF_MESSAGE(name);
        CAF_REQUIRE(expected.contains(name));
        CAF_CHECK_EQUAL(status_of(code), expected.at(name));
    }
}
