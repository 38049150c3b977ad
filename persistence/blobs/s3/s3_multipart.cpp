#include "persistence/blobs/s3/s3_multipart.hpp"

#include "actors/domain/base64_text.hpp"
#include "actors/domain/hex_text.hpp"
#include "persistence/blobs/s3/part_digest.hpp"
#include "persistence/blobs/s3/s3_reply.hpp"

#include <algorithm>

namespace atelier {
namespace {

constexpr std::uint64_t parts_max = 10'000;
constexpr std::string_view xml_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

std::string escaped_xml(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else
            result += c;
    }
    return result;
}

/// One upload on its way.
class upload {
public:
    upload(s3_client& client, const std::string& key, s3_client::steady::time_point deadline)
        : client_{client}, key_{key}, deadline_{deadline} {}

    status begin() {
        s3_call call;
        call.method = "POST";
        call.key = key_;
        call.query = {{"uploads", ""}};
        const auto begun = client_.send(call, deadline_);
        if (!begun)
            return begun.error();
        auto id = read_upload_id(begun->body);
        if (!id)
            return id.error();
        id_ = std::move(*id);
        return done{};
    }

    status send(const s3_file_part& part) {
        const auto digest = digest_of(part);
        if (!digest)
            return digest.error();
        ++parts_;
        s3_call call;
        call.method = "PUT";
        call.key = key_;
        call.query = {{"partNumber", std::to_string(parts_)}, {"uploadId", id_}};
        call.headers = {{"Content-MD5", to_base64(digest->md5)}};
        call.part = part;
        call.payload_hash = digest->sha256_hex;
        const auto sent = client_.send(call, deadline_);
        if (!sent)
            return sent.error();
        const auto etag = etag_of(*sent);
        if (etag.empty() || (is_md5_etag(*sent) && etag != to_hex(digest->md5)))
            return failure{errc::unavailable, "a part was not stored as it was sent"};
        md5s_ += digest->md5;
        list_ += "<Part><PartNumber>" + std::to_string(parts_) + "</PartNumber><ETag>\"" + escaped_xml(etag) +
                 "\"</ETag></Part>";
        return done{};
    }

    status complete(std::uint64_t size) {
        s3_call call;
        call.method = "POST";
        call.key = key_;
        call.query = {{"uploadId", id_}};
        call.headers = {{"Content-Type", "application/xml"}};
        call.body = "<CompleteMultipartUpload xmlns=\"" + std::string{xml_namespace} + "\">" + list_ +
                    "</CompleteMultipartUpload>";
        const auto completed = client_.send(call, deadline_);
        // The answer may have been lost, and the repetition finds no upload any more: the object decides.
        return is_stored(size) ? status{done{}}
               : completed ? status{failure{errc::unavailable, "the parts were not stored as they were sent"}}
                           : status{completed.error()};
    }

    [[nodiscard]] const std::string& id() const { return id_; }

private:
    bool is_stored(std::uint64_t size) {
        s3_call call;
        call.method = "HEAD";
        call.key = key_;
        const auto found = client_.send(call, deadline_);
        if (!found || found->header("content-length") != std::to_string(size))
            return false;
        const auto etag = etag_of(*found);
        const auto suffix = "-" + std::to_string(parts_);
        const bool comparable =
            etag.size() == 32 + suffix.size() && etag.ends_with(suffix) &&
            found->header("x-amz-server-side-encryption").find("kms") == std::string::npos;
        return !comparable || etag == expected_etag() + suffix;
    }

    [[nodiscard]] std::string expected_etag() const {
        growing_md5 all;
        all.add(md5s_);
        return to_hex(all.finish());
    }

    s3_client& client_;
    const std::string& key_;
    s3_client::steady::time_point deadline_;
    std::string id_;
    int parts_ = 0;
    std::string md5s_; ///< of all parts, one behind the other
    std::string list_; ///< of parts, as the completion wants it
};

} // namespace

std::string etag_of(const s3_http_response& response) {
    auto etag = response.header("etag");
    std::erase(etag, '"');
    return etag;
}

bool is_md5_etag(const s3_http_response& response) {
    const auto etag = etag_of(response);
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return etag.size() == 32 && std::ranges::all_of(etag, is_hex) &&
           response.header("x-amz-server-side-encryption").find("kms") == std::string::npos &&
           response.header("x-amz-server-side-encryption-customer-algorithm").empty();
}

bool abort_upload(s3_client& client, const std::string& key, const std::string& upload_id) {
    s3_call call;
    call.method = "DELETE";
    call.key = key;
    call.query = {{"uploadId", upload_id}};
    const auto gone = client.send(call, s3_client::steady::now() + client.settings().timeout);
    return gone || gone.error().code == errc::not_found;
}

status put_in_parts(s3_client& client, const std::string& key, const s3_file_part& whole,
                    s3_client::steady::time_point deadline) {
    const auto smallest = (whole.size + parts_max - 1) / parts_max;
    const auto part_size = std::max<std::uint64_t>({client.settings().part_size, smallest, 1});
    upload parts{client, key, deadline};
    auto result = parts.begin();
    if (!result)
        return result;
    for (std::uint64_t at = 0; result && at < whole.size; at += part_size)
        result = parts.send({whole.file, whole.offset + at, std::min(part_size, whole.size - at)});
    if (result)
        result = parts.complete(whole.size);
    if (!result)
        static_cast<void>(abort_upload(client, key, parts.id())); // the first error counts
    return result;
}

} // namespace atelier
