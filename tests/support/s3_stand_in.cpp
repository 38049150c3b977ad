#include "tests/support/s3_stand_in.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace atelier::test {
namespace {

constexpr std::size_t page_size = 3;

std::string digest(const EVP_MD* kind, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr);
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string hmac(const std::string& key, const std::string& text) {
    std::array<unsigned char, 32> bytes{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), nullptr);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        std::array<char, 3> two{};
        std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        text += two.data();
    }
    return text;
}

std::string base64(const std::string& bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string unescaped(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            result += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(at, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string format_time(instant at, const char* form) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    const std::time_t whole = seconds;
    std::tm parts{};
    ::gmtime_r(&whole, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), form, &parts)};
}

/// "20130524T000000Z"; 0 when it is something else.
instant parse_time(const std::string& text) {
    std::tm parts{};
    if (::strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &parts) == nullptr)
        return {};
    return instant{std::chrono::seconds{::timegm(&parts)}};
}

std::string element(const std::string& name, const std::string& content) {
    return "<" + name + ">" + content + "</" + name + ">";
}

std::string error_text(const std::string& code) {
    // Real servers show what was signed, and who signed.
    return element("Error", element("Code", code) + element("Message", "it went wrong") +
                                element("AWSAccessKeyId", std::string{s3_stand_in::access_key}) +
                                element("StringToSign", "AWS4-HMAC-SHA256"));
}

std::string text_between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin);
    if (from == std::string::npos)
        return "";
    const auto start = from + begin.size();
    return text.substr(start, text.find(end, start) - start);
}

/// The signature that the request should have: over the raw path and the raw parameters but the signature.
std::string signature_of(const request& each, const std::string& raw_path, const std::string& raw_query,
                         const std::string& names, const std::string& time, const std::string& hash) {
    std::vector<std::string> pairs;
    for (const auto& pair : raw_query.empty() ? std::vector<std::string>{} : split(raw_query, '&'))
        if (!pair.starts_with("X-Amz-Signature="))
            pairs.push_back(pair);
    std::ranges::sort(pairs);
    std::string query;
    for (const auto& pair : pairs)
        query += (query.empty() ? "" : "&") + pair;
    std::string headers;
    for (const auto& name : split(names, ';'))
        headers += name + ":" + (each.headers.contains(name) ? each.headers.at(name) : "") + "\n";
    const auto canonical =
        each.method + "\n" + raw_path + "\n" + query + "\n" + headers + "\n" + names + "\n" + hash;
    const auto day = time.substr(0, 8);
    const std::string region{s3_stand_in::region};
    const auto text = "AWS4-HMAC-SHA256\n" + time + "\n" + day + "/" + region + "/s3/aws4_request\n" +
                      hex(digest(EVP_sha256(), canonical));
    auto key = hmac("AWS4" + std::string{s3_stand_in::secret_key}, day);
    for (const auto& step : {region, std::string{"s3"}, std::string{"aws4_request"}})
        key = hmac(key, step);
    return hex(hmac(key, text));
}

std::string credential_on(const std::string& time) {
    return std::string{s3_stand_in::access_key} + "/" + time.substr(0, 8) + "/" +
           std::string{s3_stand_in::region} + "/s3/aws4_request";
}

} // namespace

void s3_stand_in::fail(const std::string& method, std::vector<s3_fault> faults) {
    const std::lock_guard lock{mutex_};
    faults_[method] = {faults.begin(), faults.end()};
}

void s3_stand_in::encrypt() {
    const std::lock_guard lock{mutex_};
    encrypted_ = true;
}

void s3_stand_in::add(const std::string& key, std::string content, instant modified) {
    const std::lock_guard lock{mutex_};
    const auto etag = hex(digest(EVP_md5(), content));
    objects_[key] = {std::move(content), etag, modified};
}

void s3_stand_in::add_upload(const std::string& key, const std::string& id, instant begun) {
    const std::lock_guard lock{mutex_};
    uploads_[id] = {key, begun, {}};
}

std::optional<std::string> s3_stand_in::content(const std::string& key) const {
    const std::lock_guard lock{mutex_};
    const auto found = objects_.find(key);
    return found == objects_.end() ? std::nullopt : std::optional{found->second.content};
}

std::size_t s3_stand_in::open_uploads() const {
    const std::lock_guard lock{mutex_};
    return uploads_.size();
}

std::vector<std::string> s3_stand_in::log() const {
    const std::lock_guard lock{mutex_};
    return log_;
}

std::string s3_stand_in::answer(const request& each) {
    const std::lock_guard lock{mutex_};
    const auto mark = each.target.find('?');
    const auto path = each.target.substr(0, mark);
    parameters query;
    if (mark != std::string::npos)
        for (const auto& pair : split(each.target.substr(mark + 1), '&'))
            query[unescaped(pair.substr(0, pair.find('=')))] = unescaped(pair.substr(pair.find('=') + 1));
    std::optional<s3_fault> fault;
    if (auto& waiting = faults_[each.method]; !waiting.empty()) {
        fault = waiting.front();
        waiting.pop_front();
    }
    if (fault == s3_fault::hang_up) {
        log_.push_back(each.method + " 0");
        return "";
    }
    reply result;
    if (fault == s3_fault::internal_error)
        result = {500, error_text("InternalError"), {}};
    else if (fault == s3_fault::slow_down)
        result = {503, error_text("SlowDown"), {"Retry-After: 0"}};
    else if (fault == s3_fault::denied)
        result = {403, error_text("AccessDenied"), {}};
    else if (fault == s3_fault::late_error)
        result = {200, "<?xml version=\"1.0\"?>\n  " + error_text("InternalError"), {}};
    else
        result = serve(each, path, query);
    if (fault == s3_fault::lost_answer) {
        log_.push_back(each.method + " 0");
        return "";
    }
    log_.push_back(each.method + " " + std::to_string(result.status));
    if (fault == s3_fault::wrong_etag) {
        std::erase_if(result.headers, [](const auto& line) { return line.starts_with("ETag:"); });
        result.headers.push_back("ETag: \"" + std::string(32, '0') + "\"");
    }
    auto text = "HTTP/1.1 " + std::to_string(result.status) + " x\r\n";
    const bool sized = std::ranges::any_of(
        result.headers, [](const auto& line) { return line.starts_with("Content-Length:"); });
    if (!sized)
        text += "Content-Length: " + std::to_string(result.body.size()) + "\r\n";
    for (const auto& line : result.headers)
        text += line + "\r\n";
    text += "\r\n";
    if (each.method == "HEAD")
        return text;
    if (fault == s3_fault::cut_body)
        return text + result.body.substr(0, result.body.size() / 2) + std::string{cut};
    return text + result.body;
}

std::string s3_stand_in::objection(const request& each, const std::string& path,
                                   const parameters& query) const {
    const auto mark = each.target.find('?');
    const auto raw_query = mark == std::string::npos ? "" : each.target.substr(mark + 1);
    const bool presigned = query.contains("X-Amz-Signature");
    const auto header = [&](const std::string& name) {
        return each.headers.contains(name) ? each.headers.at(name) : "";
    };
    const auto authorization = header("authorization");
    const auto time = presigned ? query.at("X-Amz-Date") : header("x-amz-date");
    const auto names =
        presigned ? query.at("X-Amz-SignedHeaders") : text_between(authorization, "SignedHeaders=", ",");
    const auto hash = presigned ? std::string{"UNSIGNED-PAYLOAD"} : header("x-amz-content-sha256");
    const auto claimed =
        presigned ? query.at("X-Amz-Signature")
                  : authorization.substr(std::min(authorization.rfind('=') + 1, authorization.size()));
    const auto credential =
        presigned ? query.at("X-Amz-Credential") : text_between(authorization, "Credential=", ",");
    const auto signed_names = split(names, ';');
    if (std::ranges::find(signed_names, "host") == signed_names.end())
        return "AccessDenied";
    if (credential != credential_on(time))
        return "InvalidAccessKeyId";
    if (signature_of(each, path, raw_query, names, time, hash) != claimed)
        return "SignatureDoesNotMatch";
    const auto age = time_.now() - parse_time(time);
    if (presigned && age >= std::chrono::seconds{std::stol(query.at("X-Amz-Expires"))})
        return "AccessDenied";
    if (!presigned && (age > std::chrono::minutes{15} || age < -std::chrono::minutes{15}))
        return "RequestTimeTooSkewed";
    if (!presigned && hash != hex(digest(EVP_sha256(), each.body)))
        return "XAmzContentSHA256Mismatch";
    if (each.headers.contains("content-md5") && header("content-md5") != base64(digest(EVP_md5(), each.body)))
        return "BadDigest";
    return "";
}

s3_stand_in::reply s3_stand_in::serve(const request& each, const std::string& path, const parameters& query) {
    if (const auto objections = objection(each, path, query); !objections.empty())
        return {objections == "BadDigest" ? 400 : 403, error_text(objections), {}};
    auto key = path.substr(1);
    const auto in_path = std::string{bucket} + "/";
    if (key.starts_with(in_path))
        key.erase(0, in_path.size());
    else if (!each.headers.at("host").starts_with(std::string{bucket} + "."))
        return {404, error_text("NoSuchBucket"), {}};
    if (key.empty())
        return query.contains("uploads") ? list_uploads() : list(query);
    if (each.method == "PUT")
        return put(each, key, query);
    if (each.method == "POST")
        return post(each, key, query);
    if (each.method == "DELETE") {
        if (query.contains("uploadId"))
            return uploads_.erase(query.at("uploadId")) > 0 ? reply{204, "", {}}
                                                            : reply{404, error_text("NoSuchUpload"), {}};
        objects_.erase(key);
        return {204, "", {}};
    }
    const auto found = objects_.find(key);
    if (found == objects_.end())
        return {404, error_text("NoSuchKey"), {}};
    return get(each, found->second, query);
}

s3_stand_in::reply s3_stand_in::get(const request& each, const object& found, const parameters& query) const {
    reply result{200, found.content, {"ETag: \"" + found.etag + "\""}};
    if (encrypted_)
        result.headers.push_back("x-amz-server-side-encryption: aws:kms");
    if (query.contains("response-content-type"))
        result.headers.push_back("Content-Type: " + query.at("response-content-type"));
    if (query.contains("response-content-disposition"))
        result.headers.push_back("Content-Disposition: " + query.at("response-content-disposition"));
    if (each.headers.contains("range")) {
        const auto range = each.headers.at("range").substr(6);
        const auto first = std::stoul(range);
        const auto last = std::stoul(range.substr(range.find('-') + 1));
        if (first >= found.content.size())
            return {416, error_text("InvalidRange"), {}};
        result.status = 206;
        result.body = found.content.substr(first, last - first + 1);
    }
    if (each.method == "HEAD")
        result.headers.push_back("Content-Length: " + std::to_string(result.body.size()));
    return result;
}

s3_stand_in::reply s3_stand_in::put(const request& each, const std::string& key, const parameters& query) {
    const auto etag = hex(digest(encrypted_ ? EVP_sha1() : EVP_md5(), each.body)).substr(0, 32);
    reply result{200, "", {"ETag: \"" + etag + "\""}};
    if (encrypted_)
        result.headers.push_back("x-amz-server-side-encryption: aws:kms");
    if (!query.contains("uploadId")) {
        objects_[key] = {each.body, etag, time_.now()};
        return result;
    }
    const auto found = uploads_.find(query.at("uploadId"));
    if (found == uploads_.end() || found->second.key != key)
        return {404, error_text("NoSuchUpload"), {}};
    found->second.parts[std::stoi(query.at("partNumber"))] = each.body;
    return result;
}

s3_stand_in::reply s3_stand_in::post(const request& each, const std::string& key, const parameters& query) {
    if (query.contains("uploads")) {
        const auto id = "upload/" + std::to_string(++last_upload_) + "+=";
        uploads_[id] = {key, time_.now(), {}};
        return {200, element("InitiateMultipartUploadResult", element("UploadId", id)), {}};
    }
    const auto found = uploads_.find(query.at("uploadId"));
    if (found == uploads_.end())
        return {404, error_text("NoSuchUpload"), {}};
    object whole;
    std::string digests;
    for (const auto& [number, part] : found->second.parts) {
        const auto expected = element("PartNumber", std::to_string(number)) +
                              element("ETag", "\"" + hex(digest(EVP_md5(), part)) + "\"");
        if (!encrypted_ && each.body.find(expected) == std::string::npos)
            return {400, error_text("InvalidPart"), {}};
        whole.content += part;
        digests += digest(EVP_md5(), part);
    }
    whole.etag = hex(digest(EVP_md5(), digests)) + "-" + std::to_string(found->second.parts.size());
    whole.modified = time_.now();
    objects_[key] = whole;
    uploads_.erase(found);
    return {200, element("CompleteMultipartUploadResult", element("ETag", "\"" + whole.etag + "\"")), {}};
}

s3_stand_in::reply s3_stand_in::list(const parameters& query) const {
    auto each = query.contains("continuation-token") ? objects_.lower_bound(query.at("continuation-token"))
                                                     : objects_.begin();
    std::string text;
    for (std::size_t i = 0; i < page_size && each != objects_.end(); ++i, ++each)
        text += element("Contents",
                        element("Key", each->first) +
                            element("LastModified", format_time(each->second.modified, "%FT%T.000Z")) +
                            element("Size", std::to_string(each->second.content.size())));
    text += element("IsTruncated", each == objects_.end() ? "false" : "true");
    if (each != objects_.end())
        text += element("NextContinuationToken", each->first);
    return {200, element("ListBucketResult", text), {}};
}

s3_stand_in::reply s3_stand_in::list_uploads() const {
    std::string text;
    for (const auto& [id, each] : uploads_)
        text += element("Upload", element("Key", each.key) + element("UploadId", id) +
                                      element("Initiated", format_time(each.begun, "%FT%T.000Z")));
    text += element("IsTruncated", "false");
    return {200, element("ListMultipartUploadsResult", text), {}};
}

} // namespace atelier::test
