#include "actors/domain/library.hpp"

#include "actors/domain/json_values.hpp"

#include <boost/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

namespace atelier {
namespace {

namespace json = boost::json;

constexpr std::size_t filename_max = 255;
constexpr std::size_t md5_size = 16;
constexpr std::array<std::string_view, 3> picture_types{"image/jpeg", "image/png", "image/webp"};

/// What Active Storage finds out by itself and takes from nobody.
constexpr std::array<std::string_view, 5> own_metadata{"analyzed", "identified", "composed", "width",
                                                       "height"};

bool is_md5(std::string_view text) {
    std::array<unsigned char, md5_size> digest{};
    std::size_t size = 0;
    return sodium_base642bin(digest.data(), digest.size(), text.data(), text.size(), nullptr, &size, nullptr,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           size == digest.size();
}

/// Takes the members of the blob and remembers what was wrong with them.
class blob_reader {
public:
    explicit blob_reader(const json::object& blob) : blob_{blob} {}

    std::string text(std::string_view name) {
        const auto* const member = blob_.if_contains(name);
        if (member == nullptr || member->is_null())
            return refuse(name, "required", "is required");
        if (!member->is_string())
            return refuse(name, "wrong_type", "must be a string");
        const std::string_view content{member->as_string()};
        if (content.empty() || content.size() > filename_max || content.find('\0') != std::string_view::npos)
            return refuse(name, "invalid", "must be 1 to 255 bytes without NUL");
        return std::string{content};
    }

    std::int64_t positive(std::string_view name) {
        const auto* const member = blob_.if_contains(name);
        if (member == nullptr || member->is_null())
            refuse(name, "required", "is required");
        else if (!member->is_int64())
            refuse(name, "wrong_type", "must be a whole number");
        else if (member->as_int64() <= 0)
            refuse(name, "out_of_range", "must be at least 1");
        else
            return member->as_int64();
        return 0;
    }

    std::string metadata() {
        const auto* const member = blob_.if_contains("metadata");
        if (member == nullptr || member->is_null())
            return "{}";
        if (!member->is_object())
            return refuse("metadata", "wrong_type", "must be an object");
        auto kept = member->as_object();
        for (const auto name : own_metadata)
            kept.erase(name);
        auto text = json::serialize(kept);
        if (text.size() > direct_upload_metadata_max || text.find("\\u0000") != std::string::npos)
            return refuse("metadata", "invalid", "must be at most 1 KiB without NUL");
        return text;
    }

    std::string refuse(std::string_view name, std::string code, std::string detail) {
        errors_.push_back({std::string{name}, std::move(code), std::move(detail)});
        return {};
    }

    [[nodiscard]] bool has_refused(std::string_view name) const {
        return std::ranges::find(errors_, name, &field_error::field) != errors_.end();
    }

    [[nodiscard]] status finish() {
        if (errors_.empty())
            return done{};
        failure why{errc::validation_failed, errors_.front().field + ": " + errors_.front().detail};
        why.fields = std::move(errors_);
        return why;
    }

private:
    const json::object& blob_;
    std::vector<field_error> errors_;
};

json::value object_or_empty(std::string_view text) {
    json::error_code error;
    auto value = json::parse(text, error);
    return error || !value.is_object() ? json::value(json::object{}) : value;
}

} // namespace

std::string filter_text(const generation_filter& filter) {
    std::string text;
    if (filter.status)
        text.append("status=").append(to_string(*filter.status)).append(";");
    if (filter.style)
        text.append("style=").append(std::to_string(filter.style.value)).append(";");
    if (!filter.room_type.empty())
        text.append("room_type=").append(filter.room_type).append(";");
    return text;
}

std::string filter_text(const image_filter& filter) {
    std::string text;
    if (filter.output)
        text.append(*filter.output ? "output;" : "input;");
    if (!filter.room_type.empty())
        text.append("room_type=").append(filter.room_type).append(";");
    return text;
}

outcome<direct_upload> read_direct_upload(std::string_view body) {
    json::error_code error;
    const auto value = json::parse(body, error);
    if (error || !value.is_object())
        return failure{errc::malformed_json, "the body must be a JSON object"};
    const auto* const member = value.as_object().if_contains("blob");
    if (member == nullptr || !member->is_object())
        return invalid_field("blob", "required", "must be an object");
    blob_reader reader{member->as_object()};
    direct_upload wanted;
    wanted.filename = reader.text("filename");
    wanted.byte_size = reader.positive("byte_size");
    wanted.checksum = reader.text("checksum");
    if (!reader.has_refused("checksum") && !is_md5(wanted.checksum))
        reader.refuse("checksum", "invalid", "must be the MD5 of the file in Base64");
    wanted.content_type = reader.text("content_type");
    if (!reader.has_refused("content_type") &&
        std::ranges::find(picture_types, wanted.content_type) == picture_types.end())
        reader.refuse("content_type", "invalid", "must be image/jpeg, image/png or image/webp");
    wanted.metadata = reader.metadata();
    if (auto valid = reader.finish(); !valid)
        return valid.error();
    return wanted;
}

std::string direct_upload_json(const direct_upload_offer& offer) {
    const auto& blob = offer.blob;
    json::object headers;
    for (const auto& [name, content] : offer.headers)
        headers[name] = content;
    return json::serialize(
        json::object{{"id", blob.id.value},
                     {"key", blob.key},
                     {"filename", blob.filename},
                     {"content_type", blob.content_type},
                     {"metadata", object_or_empty(blob.metadata)},
                     {"service_name", blob.service_name},
                     {"byte_size", blob.byte_size},
                     {"checksum", blob.checksum},
                     {"created_at", to_iso8601(blob.created_at)},
                     {"signed_id", offer.signed_id},
                     {"direct_upload", json::object{{"url", offer.url}, {"headers", std::move(headers)}}}});
}

std::string analyzed_metadata(std::string_view given, std::int32_t width, std::int32_t height) {
    auto metadata = object_or_empty(given).as_object();
    for (const auto name : own_metadata)
        metadata.erase(name);
    metadata["identified"] = true;
    metadata["width"] = width;
    metadata["height"] = height;
    metadata["analyzed"] = true;
    return json::serialize(metadata);
}

} // namespace atelier
