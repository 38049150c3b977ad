#pragma once

#include "persistence/blobs/s3/s3_client.hpp"

namespace atelier {

/// Whether an ETag is the MD5 of what was sent: neither that of parts nor of an encrypted object.
[[nodiscard]] bool is_md5_etag(const s3_http_response& response);
/// An ETag without its quotes; "" when there is none.
[[nodiscard]] std::string etag_of(const s3_http_response& response);

/// Stores a file in parts under a new key, one after the other; gives the upload up when that fails. Errors:
/// as of `s3_client::send`; also unavailable when what was stored is not what was sent. Blocking.
[[nodiscard]] status put_in_parts(s3_client& client, const std::string& key, const s3_file_part& whole,
                                  s3_client::steady::time_point deadline);

/// Gives up an upload in parts; what is left of it is gone. False when the store could not be asked.
bool abort_upload(s3_client& client, const std::string& key, const std::string& upload_id);

} // namespace atelier
