#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/rails_message.hpp"

#include <string>
#include <string_view>

/// What Active Storage signs, and the addresses that it stands in.
/// Source: Rails 6.1 to 8, activestorage/: app/models/active_storage/blob.rb, config/routes.rb,
/// lib/active_storage/engine.rb, lib/active_storage/service/disk_service.rb.
namespace atelier {

/// What a link to a file of a disk service says: who has it may read the file.
struct disk_file_link {
    std::string key;
    std::string disposition;  ///< value of Content-Disposition for the response
    std::string content_type; ///< "" = not known
    std::string service_name; ///< of the blob
};

/// What the address of a direct upload says: who has it may write this content under this key.
struct disk_upload_link {
    std::string key;
    std::string content_type;
    std::int64_t content_length = 0; ///< bytes
    std::string checksum;            ///< base64 of the MD5
    std::string service_name;        ///< of the blob
};

/// Signed ids and links, which Rails accepts and which are accepted when Rails made them, as long as both
/// have the same secret_key_base. All `read_` functions answer `invalid_token` for what was not signed, was
/// signed for something else, or has expired. Pure; thread-safe.
class active_storage_signer {
public:
    /// As `rails_message_verifier`; `written` is what new messages look like, all versions are read.
    explicit active_storage_signer(std::string_view secret_key_base,
                                   rails_defaults written = rails_defaults::v7_1);

    /// The signed id of a blob: what a direct upload is attached by, and what addresses of blobs hold. It is
    /// permission to read the blob, until `expires` or for ever.
    [[nodiscard]] std::string sign_blob(blob_id blob, std::optional<instant> expires) const;
    [[nodiscard]] outcome<blob_id> read_blob(std::string_view signed_id, instant now) const;

    [[nodiscard]] std::string sign_file(const disk_file_link& file, std::optional<instant> expires) const;
    [[nodiscard]] outcome<disk_file_link> read_file(std::string_view signed_key, instant now) const;

    [[nodiscard]] std::string sign_upload(const disk_upload_link& upload, instant expires) const;
    [[nodiscard]] outcome<disk_upload_link> read_upload(std::string_view signed_token, instant now) const;

private:
    rails_message_verifier verifier_;
};

/// Paths of Rails' routes; signed texts and names are escaped as Rails does.
[[nodiscard]] std::string blob_redirect_path(std::string_view signed_id, std::string_view filename);
[[nodiscard]] std::string blob_proxy_path(std::string_view signed_id, std::string_view filename);
[[nodiscard]] std::string disk_file_path(std::string_view signed_key, std::string_view filename);
[[nodiscard]] std::string disk_upload_path(std::string_view signed_token);

/// Whether a browser may show the type within a page; everything else is downloaded.
[[nodiscard]] bool is_shown_inline(std::string_view content_type);

/// The type that a file is served with: types that could run code in the site's name become
/// application/octet-stream.
[[nodiscard]] std::string_view served_type(std::string_view content_type);

/// The value of Content-Disposition for a file: `inline` or, where that is not safe, `attachment`, and the
/// name for old and for new clients (RFC 6266).
[[nodiscard]] std::string content_disposition(std::string_view content_type, std::string_view filename);

} // namespace atelier
