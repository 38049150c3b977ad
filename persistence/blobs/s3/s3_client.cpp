#include "persistence/blobs/s3/s3_client.hpp"

#include "actors/domain/signature.hpp"
#include "persistence/backoff.hpp"
#include "persistence/blobs/s3/s3_reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace atelier {
namespace {

using std::chrono::milliseconds;

/// The code of the error that a response reports, even with a status of success; "" when there is none.
std::string error_code(const s3_call& call, const s3_http_response& response) {
    const bool success = response.status >= 200 && response.status < 300;
    // Completing an upload in parts can fail after the status has been sent.
    return success && call.method != "POST" ? "" : read_error_code(response.body);
}

/// Whether it may go better next time.
bool is_passing(const s3_http_response& response, std::string_view code) {
    constexpr std::array<std::string_view, 6> passing{"InternalError",  "SlowDown",  "ServiceUnavailable",
                                                      "RequestTimeout", "BadDigest", "OperationAborted"};
    if (response.refused)
        return false;
    return response.status == 0 || response.status == 408 || response.status == 429 ||
           response.status >= 500 || std::ranges::find(passing, code) != passing.end();
}

std::string trouble_of(const s3_http_response& response, const std::string& code) {
    if (response.status == 0)
        return response.trouble;
    auto text = "HTTP status " + std::to_string(response.status);
    if (!code.empty())
        text += ", " + code;
    if (response.status == 301 || code == "AuthorizationHeaderMalformed")
        text += ": perhaps the bucket is in another region";
    if (code == "RequestTimeTooSkewed")
        text += ": this machine's clock is wrong";
    return text;
}

/// How long the server wants to be left alone.
milliseconds asked_pause(const s3_http_response& response) {
    const auto text = response.header("retry-after");
    int seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds{std::clamp(seconds, 0, 3600)};
}

failure refusal(const s3_call& call, const s3_http_response& response, const std::string& code) {
    auto reason = errc::unavailable;
    if (response.refused)
        reason = errc::payload_too_large;
    else if (response.status == 404 && code != "NoSuchBucket")
        reason = errc::not_found;
    else if (response.status == 416)
        reason = errc::range_not_satisfiable;
    return {reason, "the store, asked to " + call.method + ": " + trouble_of(response, code)};
}

} // namespace

s3_client::s3_client(s3_settings settings, s3_target target, const clock& time)
    : settings_{std::move(settings)}, target_{std::move(target)}, time_{time} {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < std::max<std::size_t>(settings_.connections, 1); ++i)
        idle_.push_back(std::make_unique<s3_http>(settings_.limits, target_.plain, stopping_));
}

s3_client::~s3_client() {
    stop();
}

void s3_client::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
}

s3_http_request s3_client::signed_request(const s3_call& call) const {
    const auto now = time_.now();
    const auto& who = settings_.credentials;
    aws_request request{call.method, target_.prefix + call.key, call.query, call.headers, call.payload_hash};
    if (request.payload_hash.empty())
        request.payload_hash = sha256_hex(call.body);
    request.headers.push_back({"Host", target_.host});
    request.headers.push_back({"X-Amz-Content-Sha256", request.payload_hash});
    request.headers.push_back({"X-Amz-Date", aws_time(now)});
    if (!who.session_token.empty())
        request.headers.push_back({"X-Amz-Security-Token", who.session_token});

    s3_http_request http;
    http.method = call.method;
    http.url = target_.origin + aws_escaped(request.path, true);
    if (!request.query.empty())
        http.url += "?" + aws_query(request.query);
    for (const auto& [name, value] : request.headers)
        http.headers.emplace_back(name).append(": ").append(value);
    http.headers.push_back("Authorization: " + aws_authorization(request, who, scope(), now));
    http.body = call.body;
    http.part = call.part;
    http.sink = call.sink;
    return http;
}

std::string s3_client::presigned(const std::string& method, const std::string& key,
                                 std::vector<aws_field> query, std::vector<aws_field> headers,
                                 std::chrono::seconds valid) const {
    aws_request request{method, target_.prefix + key, std::move(query), std::move(headers), ""};
    request.headers.push_back({"Host", target_.host});
    const auto path = aws_escaped(request.path, true);
    return target_.origin + path + "?" +
           aws_presigned_query(std::move(request), settings_.credentials, scope(), time_.now(), valid);
}

outcome<s3_http_response> s3_client::send(const s3_call& call, steady::time_point deadline) {
    backoff pauses{settings_.first_pause, settings_.longest_pause};
    const int attempts = call.attempts > 0 ? call.attempts : settings_.attempts;
    failure last{errc::unavailable, "the store was not asked in time"};
    milliseconds asked{0};
    for (int tries = 0; tries < attempts; ++tries) {
        if (tries > 0 && !pause(std::max(pauses.next(), asked), deadline))
            break;
        if (call.restart)
            call.restart();
        auto response = attempt(call, deadline);
        const auto code = error_code(call, response);
        if (response.status >= 200 && response.status < 300 && code.empty() && !response.refused)
            return response;
        last = refusal(call, response, code);
        asked = asked_pause(response);
        if (!is_passing(response, code))
            break;
    }
    if (stopping_)
        return failure{errc::unavailable, "the client of the store was stopped"};
    return last;
}

s3_http_response s3_client::attempt(const s3_call& call, steady::time_point deadline) {
    std::unique_ptr<s3_http> connection;
    {
        std::unique_lock lock{mutex_};
        changed_.wait_until(lock, deadline, [this] { return stopping_ || !idle_.empty(); });
        if (!stopping_ && !idle_.empty()) {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    s3_http_response response;
    response.trouble = "its turn did not come in time";
    if (!connection)
        return response;
    const auto left = std::chrono::floor<milliseconds>(deadline - steady::now());
    if (left.count() > 0)
        response = connection->send(signed_request(call), left);
    {
        const std::lock_guard lock{mutex_};
        idle_.push_back(std::move(connection));
    }
    changed_.notify_all();
    return response;
}

/// False when there is no time left after it, or the client has been stopped.
bool s3_client::pause(milliseconds length, steady::time_point deadline) {
    const auto until = steady::now() + length;
    if (until >= deadline)
        return false;
    std::unique_lock lock{mutex_};
    return !changed_.wait_until(lock, until, [this] { return stopping_.load(); });
}

} // namespace atelier
