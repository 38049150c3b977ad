#pragma once

#include "actors/domain/time.hpp"
#include "tests/support/recording_server.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace atelier::test {

/// What goes wrong with one request.
enum class s3_fault {
    none,           ///< all goes well
    internal_error, ///< 500
    slow_down,      ///< 503
    hang_up,        ///< nothing happens and nothing is answered
    lost_answer,    ///< it happens, but the answer is lost
    cut_body,       ///< the connection ends in the middle of the body
    wrong_etag,     ///< the answer has an ETag of something else
    late_error,     ///< status 200 with an error in the body, and nothing happens
    denied,         ///< 403
};

/// A server that speaks S3 as far as the store uses it, written after the Amazon S3 API Reference. It checks
/// signatures, digests and times by itself, with nothing of what is tested. Thread-safe.
class s3_stand_in {
public:
    static constexpr std::string_view access_key = "AKIDSTANDIN";
    static constexpr std::string_view secret_key = "the/secret+of/the+stand-in";
    static constexpr std::string_view region = "test-region-1";
    static constexpr std::string_view bucket = "photos";

    /// `time` outlives it.
    explicit s3_stand_in(const clock& time)
        : time_{time}, server_{[this](const request& each) { return answer(each); }} {}

    [[nodiscard]] std::string url() const { return server_.url(); }
    /// Its port: under localhost, buckets can stand in the host's name.
    [[nodiscard]] std::string port() const { return url().substr(url().rfind(':') + 1); }

    /// The next requests of a method meet these faults, one each.
    void fail(const std::string& method, std::vector<s3_fault> faults);
    /// Objects and pages of lists from now on: as if encrypted, so that their ETags are no digests.
    void encrypt();

    void add(const std::string& key, std::string content, instant modified);
    void add_upload(const std::string& key, const std::string& id, instant begun);
    [[nodiscard]] std::optional<std::string> content(const std::string& key) const;
    [[nodiscard]] std::size_t open_uploads() const;
    /// "PUT 200" and so on, in order; what was not answered has status 0.
    [[nodiscard]] std::vector<std::string> log() const;

private:
    struct object {
        std::string content;
        std::string etag;
        instant modified;
    };
    struct upload {
        std::string key;
        instant begun;
        std::map<int, std::string> parts;
    };
    struct reply {
        int status = 200;
        std::string body;
        std::vector<std::string> headers;
    };
    using parameters = std::map<std::string, std::string>;

    std::string answer(const request& each);
    [[nodiscard]] reply serve(const request& each, const std::string& path, const parameters& query);
    [[nodiscard]] reply get(const request& each, const object& found, const parameters& query) const;
    [[nodiscard]] reply put(const request& each, const std::string& key, const parameters& query);
    [[nodiscard]] reply post(const request& each, const std::string& key, const parameters& query);
    [[nodiscard]] reply list(const parameters& query) const;
    [[nodiscard]] reply list_uploads() const;
    [[nodiscard]] std::string objection(const request& each, const std::string& path,
                                        const parameters& query) const;

    const clock& time_;
    mutable std::mutex mutex_; ///< guards what follows
    std::map<std::string, object> objects_;
    std::map<std::string, upload> uploads_;
    std::map<std::string, std::deque<s3_fault>> faults_;
    std::vector<std::string> log_;
    bool encrypted_ = false;
    int last_upload_ = 0;
    recording_server server_; ///< last: it uses all of the above
};

} // namespace atelier::test
