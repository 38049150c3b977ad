#pragma once

#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/local_file.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

class blob_store;
class random_source;

struct image_limits {
    std::uint64_t pixels = 0;
    std::chrono::milliseconds decode_timeout{};
};

/// A name that is safe in a header, a path and a page: what a browser would call the file.
[[nodiscard]] std::string sanitized_filename(std::string_view name, std::string_view content_type);

/// Image files on their way into the service: checked, measured, stored under a fresh key. The rows are the
/// caller's to commit afterwards; a file whose rows never came is swept away later. Blocking: for the image
/// pool only. Thread-safe.
class image_library {
public:
    /// `temporary`: for files that are fetched.
    image_library(blob_store& store, id_source& ids, random_source& random, std::string service_name,
                  image_limits limits, std::filesystem::path temporary);

    /// Takes over an uploaded file. Errors: unsupported_media_type, invalid_image, image_too_large,
    /// unavailable (the store), overloaded (no ids).
    [[nodiscard]] outcome<new_image> store_upload(const std::filesystem::path& file,
                                                  std::string_view filename, std::string room_type);

    /// Takes the file of a direct upload, once it has all of its bytes. The same file again changes nothing.
    /// Errors: validation_failed (checksum), state_conflict (the key holds another file), unavailable.
    [[nodiscard]] status receive(const std::filesystem::path& file, std::string_view key,
                                 std::string_view checksum, std::int64_t byte_size);

    /// Looks at the file of a direct upload as at any upload: the row of the image that it will be, without
    /// ids. Errors: validation_failed (signed_id: the file has not come), and as for uploads.
    [[nodiscard]] outcome<new_image> inspect(const direct_upload& upload, std::string room_type) const;

    /// Removes files whose rows are gone. What cannot be removed now is swept away later.
    void remove(const std::vector<std::string>& keys);

    /// Takes over what an engine made. Errors as for uploads.
    [[nodiscard]] outcome<new_image> store_output(const std::filesystem::path& file, generation_id made_by,
                                                  std::string room_type);

    /// Whether an image's file is on this machine: then `fetch_input` fetches nothing and may be called from
    /// any thread.
    [[nodiscard]] bool is_here(const image_record& image) const;
    /// The file of an image on this machine, fetched from the store if that is elsewhere. Errors: not_found,
    /// unavailable.
    [[nodiscard]] outcome<local_file> fetch_input(const image_record& image) const;
    /// The same for any blob; `checksum` may be "".
    [[nodiscard]] outcome<local_file> fetch_blob(const std::string& key, std::string_view checksum) const;

private:
    [[nodiscard]] outcome<new_image> store(const std::filesystem::path& file, std::string filename);

    blob_store& store_;
    id_source& ids_;
    random_source& random_;
    std::string service_name_;
    image_limits limits_;
    std::filesystem::path temporary_;
};

} // namespace atelier
