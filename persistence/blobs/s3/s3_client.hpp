#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "persistence/blobs/s3/aws_signature.hpp"
#include "persistence/blobs/s3/s3_http.hpp"
#include "persistence/blobs/s3/s3_place.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace atelier {

struct s3_settings {
    s3_place place;
    aws_credentials credentials;
    std::size_t connections = 8; ///< requests at once; more wait for one to end
    s3_http_limits limits;
    std::chrono::milliseconds timeout{30'000};           ///< of a small request with its repetitions
    std::chrono::milliseconds transfer_timeout{600'000}; ///< of a whole file, likewise
    int attempts = 5;                                    ///< of one request
    std::chrono::milliseconds first_pause{100};
    std::chrono::milliseconds longest_pause{5'000};
    std::uint64_t size_limit = 1ULL << 30U;            ///< bytes of one file, in either direction
    std::uint64_t multipart_threshold = 100ULL << 20U; ///< from this many bytes on a file goes in parts
    std::uint64_t part_size =
        16ULL << 20U; ///< bytes; S3 wants 5 MiB at least; grows if there would be too many
};

/// A request to the bucket.
struct s3_call {
    std::string method;
    std::string key; ///< "" = the bucket itself
    std::vector<aws_field> query;
    std::vector<aws_field> headers; ///< besides those of every request
    std::string body;               ///< when there is no part of a file
    s3_file_part part;
    std::string payload_hash; ///< SHA-256 of the body in hexadecimal; "" = it is counted from `body`
    std::function<bool(std::string_view bytes)> sink; ///< as of `s3_http_request`
    std::function<void()> restart; ///< before each attempt: the sink gets all from the start
    int attempts = 0;              ///< 0 = as the settings say
};

/// Signs requests, sends them, and sends them again after a growing pause with jitter when it may go better:
/// no response, 408, 429, 5xx, and errors that S3 calls passing. Thread-safe; functions block. Neither
/// credentials nor signed addresses stand in its failures.
class s3_client {
public:
    using steady = std::chrono::steady_clock;

    /// `target` is where `locate` found the settings' place; `time` outlives it.
    s3_client(s3_settings settings, s3_target target, const clock& time);
    ~s3_client();
    s3_client(const s3_client&) = delete;
    s3_client& operator=(const s3_client&) = delete;

    /// A response of success. Errors: not_found, range_not_satisfiable, payload_too_large (the sink or the
    /// limit ended it), unavailable (everything else: the detail says what).
    [[nodiscard]] outcome<s3_http_response> send(const s3_call& call, steady::time_point deadline);

    /// An address under which anybody can do this for a while, with exactly these headers.
    [[nodiscard]] std::string presigned(const std::string& method, const std::string& key,
                                        std::vector<aws_field> query, std::vector<aws_field> headers,
                                        std::chrono::seconds valid) const;

    /// Ends what is under way within a tenth of a second, and refuses everything from now on.
    void stop();

    [[nodiscard]] const s3_settings& settings() const { return settings_; }

private:
    [[nodiscard]] s3_http_request signed_request(const s3_call& call) const;
    [[nodiscard]] s3_http_response attempt(const s3_call& call, steady::time_point deadline);
    [[nodiscard]] bool pause(std::chrono::milliseconds length, steady::time_point deadline);
    [[nodiscard]] aws_scope scope() const { return {settings_.place.region, "s3"}; }

    const s3_settings settings_;
    const s3_target target_;
    const clock& time_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_; ///< guards what follows
    std::condition_variable changed_;
    std::vector<std::unique_ptr<s3_http>> idle_;
};

} // namespace atelier
