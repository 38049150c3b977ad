#include "actors/domain/active_storage.hpp"

#include "actors/domain/percent_escape.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace atelier {
namespace {

namespace json = boost::json;

constexpr std::string_view salt = "ActiveStorage";
constexpr std::string_view blob_purpose = "blob_id";
constexpr std::string_view file_purpose = "blob_key";
constexpr std::string_view upload_purpose = "blob_token";
constexpr std::string_view routes = "/rails/active_storage/";

/// One segment of a path.
std::string segment(std::string_view text) {
    return percent_escaped(text, "-._~!$&'()*+,;=:@");
}

std::string path(std::string_view route, std::string_view first, std::string_view second = {}) {
    auto text = std::string{routes}.append(route).append("/").append(segment(first));
    if (!second.empty())
        text.append("/").append(segment(second));
    return text;
}

/// A member that is a text; absent and null are "".
outcome<std::string> text_of(const json::object& object, std::string_view name) {
    const auto* const member = object.if_contains(name);
    if (member == nullptr || member->is_null())
        return std::string{};
    if (!member->is_string())
        return errc::invalid_token;
    return std::string{std::string_view{member->as_string()}};
}

/// A text as Rails has it: nil when there is none.
json::value text_or_nil(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

std::string_view essence_of(std::string_view content_type) {
    const auto end = content_type.find_first_of("; ");
    return content_type.substr(0, end);
}

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& all, std::string_view one) {
    return std::ranges::find(all, one) != all.end();
}

/// One '?' for each character beyond ASCII.
std::string in_ascii(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            result += c;
        else if (byte >= 0xc0)
            result += '?';
    }
    return result;
}

} // namespace

active_storage_signer::active_storage_signer(std::string_view secret_key_base, rails_defaults written)
    : verifier_{secret_key_base, salt, written} {}

std::string active_storage_signer::sign_blob(blob_id blob, std::optional<instant> expires) const {
    return verifier_.sign(json::value(blob.value), blob_purpose, expires);
}

outcome<blob_id> active_storage_signer::read_blob(std::string_view signed_id, instant now) const {
    const auto value = verifier_.verify(signed_id, blob_purpose, now);
    if (!value)
        return value.error();
    if (!value->is_int64() || value->as_int64() <= 0)
        return errc::invalid_token;
    return blob_id{value->as_int64()};
}

std::string active_storage_signer::sign_file(const disk_file_link& file,
                                             std::optional<instant> expires) const {
    json::object value;
    value["key"] = file.key;
    value["disposition"] = text_or_nil(file.disposition);
    value["content_type"] = text_or_nil(file.content_type);
    value["service_name"] = file.service_name;
    return verifier_.sign(json::value(std::move(value)), file_purpose, expires);
}

outcome<disk_file_link> active_storage_signer::read_file(std::string_view signed_key, instant now) const {
    const auto value = verifier_.verify(signed_key, file_purpose, now);
    if (!value || !value->is_object())
        return errc::invalid_token;
    const auto& object = value->as_object();
    auto key = text_of(object, "key");
    auto disposition = text_of(object, "disposition");
    auto content_type = text_of(object, "content_type");
    auto service_name = text_of(object, "service_name");
    if (!key || key->empty() || !disposition || !content_type || !service_name)
        return errc::invalid_token;
    return disk_file_link{std::move(*key), std::move(*disposition), std::move(*content_type),
                          std::move(*service_name)};
}

std::string active_storage_signer::sign_upload(const disk_upload_link& upload, instant expires) const {
    json::object value;
    value["key"] = upload.key;
    value["content_type"] = text_or_nil(upload.content_type);
    value["content_length"] = upload.content_length;
    value["checksum"] = upload.checksum;
    value["service_name"] = upload.service_name;
    return verifier_.sign(json::value(std::move(value)), upload_purpose, expires);
}

outcome<disk_upload_link> active_storage_signer::read_upload(std::string_view signed_token,
                                                             instant now) const {
    const auto value = verifier_.verify(signed_token, upload_purpose, now);
    if (!value || !value->is_object())
        return errc::invalid_token;
    const auto& object = value->as_object();
    auto key = text_of(object, "key");
    auto content_type = text_of(object, "content_type");
    const auto* const length = object.if_contains("content_length");
    auto checksum = text_of(object, "checksum");
    auto service_name = text_of(object, "service_name");
    if (!key || key->empty() || !content_type || length == nullptr || !length->is_int64() ||
        length->as_int64() < 0 || !checksum || !service_name)
        return errc::invalid_token;
    return disk_upload_link{std::move(*key), std::move(*content_type), length->as_int64(),
                            std::move(*checksum), std::move(*service_name)};
}

std::string blob_redirect_path(std::string_view signed_id, std::string_view filename) {
    return path("blobs/redirect", signed_id, filename);
}

std::string blob_proxy_path(std::string_view signed_id, std::string_view filename) {
    return path("blobs/proxy", signed_id, filename);
}

std::string disk_file_path(std::string_view signed_key, std::string_view filename) {
    return path("disk", signed_key, filename);
}

std::string disk_upload_path(std::string_view signed_token) {
    return path("disk", signed_token);
}

bool is_shown_inline(std::string_view content_type) {
    static constexpr std::array<std::string_view, 12> shown{"image/webp",   "image/avif",
                                                            "image/png",    "image/gif",
                                                            "image/jpeg",   "image/tiff",
                                                            "image/bmp",    "image/vnd.adobe.photoshop",
                                                            "image/ico",    "image/vnd.microsoft.icon",
                                                            "image/x-icon", "application/pdf"};
    return contains(shown, essence_of(content_type));
}

std::string_view served_type(std::string_view content_type) {
    static constexpr std::array<std::string_view, 9> dangerous{
        "text/html",          "image/svg+xml",   "application/postscript", "application/x-shockwave-flash",
        "text/xml",           "application/xml", "application/xhtml+xml",  "application/mathml+xml",
        "text/cache-manifest"};
    if (content_type.empty() || contains(dangerous, essence_of(content_type)))
        return "application/octet-stream";
    return content_type;
}

std::string content_disposition(std::string_view content_type, std::string_view filename) {
    constexpr std::string_view plain = "!#$+.^_`|~-";
    auto text = std::string{is_shown_inline(content_type) ? "inline" : "attachment"};
    text.append("; filename=\"").append(percent_escaped(in_ascii(filename), std::string{" "}.append(plain)));
    text.append("\"; filename*=UTF-8''").append(percent_escaped(filename, std::string{"&"}.append(plain)));
    return text;
}

} // namespace atelier
