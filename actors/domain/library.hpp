#pragma once

#include "actors/domain/change_set.hpp"
#include "actors/domain/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What a user keeps with us: which images and generations a list shows, and files that clients send straight
/// to the store. Pure.
namespace atelier {

/// Which generations a list shows; what is not set does not matter.
struct generation_filter {
    std::optional<generation_status> status;
    style_id style;
    std::string room_type; ///< of the photo; "" = any

    generation_filter() = default;
};

/// Which images a list shows; what is not set does not matter.
struct image_filter {
    std::optional<bool> output; ///< made by an engine, or uploaded
    std::string room_type;      ///< "" = any

    image_filter() = default;
};

/// Which payments operators look for; what is not set does not matter.
struct payment_filter {
    user_id user;
    std::optional<payment_status> status;
    std::string invoice_id;
    std::string transaction_id; ///< of the gateway

    payment_filter() = default;
};

/// The same text for the same filter, "" for the one that lets everything pass.
[[nodiscard]] std::string filter_text(const generation_filter& filter);
[[nodiscard]] std::string filter_text(const image_filter& filter);

/// A blob whose file the client sends by itself: a row of active_storage_blobs that nothing is attached to
/// yet.
struct direct_upload {
    blob_id id;
    std::string key;
    std::string filename;
    std::string content_type; ///< as the client says
    std::string metadata;     ///< JSON object
    std::string service_name;
    std::int64_t byte_size = 0;
    std::string checksum; ///< base64 of the MD5
    instant created_at;

    direct_upload() = default;
};

/// Where and how the client sends the file.
struct direct_upload_offer {
    direct_upload blob;
    std::string signed_id; ///< what it is attached by afterwards
    std::string url;
    std::map<std::string, std::string> headers; ///< to be sent exactly so

    direct_upload_offer() = default;
};

/// How long the address of a direct upload works; `service_urls_expire_in` of Active Storage.
inline constexpr std::chrono::minutes direct_upload_lifetime{5};
/// Direct uploads of one user that are not attached yet.
inline constexpr std::int32_t direct_uploads_max = 100;
/// Bytes of the metadata that a client may give a direct upload.
inline constexpr std::size_t direct_upload_metadata_max = 1024;

/// Reads {"blob": {filename, byte_size, checksum, content_type, metadata?}} as Active Storage does: what else
/// is in it is ignored. Errors: malformed_json; validation_failed, which names all members that are wrong.
/// Source: Rails, activestorage/app/controllers/active_storage/direct_uploads_controller.rb.
[[nodiscard]] outcome<direct_upload> read_direct_upload(std::string_view body);

/// The reply of Active Storage to who begins a direct upload.
[[nodiscard]] std::string direct_upload_json(const direct_upload_offer& offer);

/// A blob's metadata after its file was looked at: what the client said, and what Active Storage's analysis
/// would say. `given` is a JSON object or "".
[[nodiscard]] std::string analyzed_metadata(std::string_view given, std::int32_t width, std::int32_t height);

} // namespace atelier
