#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace atelier {

class blob_store;
class random_source;

struct image_limits {
    std::uint64_t pixels = 0;
    std::chrono::milliseconds decode_timeout{};
};

/// Image files on their way into the service: checked, measured, stored under a fresh key. The rows are the
/// caller's to commit afterwards; a file whose rows never came is swept away later. Blocking: for the image
/// pool only. Thread-safe.
class image_library {
public:
    image_library(blob_store& store, id_source& ids, random_source& random, std::string service_name,
                  image_limits limits);

    /// Takes over an uploaded file. Errors: unsupported_media_type, invalid_image, image_too_large,
    /// unavailable (the store), overloaded (no ids).
    [[nodiscard]] outcome<new_image> store_upload(const std::filesystem::path& file,
                                                  std::string_view filename, std::string room_type);

    /// Takes over what an engine made. Errors as for uploads.
    [[nodiscard]] outcome<new_image> store_output(const std::filesystem::path& file, generation_id made_by,
                                                  std::string room_type);

    /// Where the file of an image lies.
    [[nodiscard]] std::filesystem::path path_of(const image_record& image) const;

private:
    [[nodiscard]] outcome<new_image> store(const std::filesystem::path& file, std::string filename);

    blob_store& store_;
    id_source& ids_;
    random_source& random_;
    std::string service_name_;
    image_limits limits_;
};

} // namespace atelier
