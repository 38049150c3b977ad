#pragma once

#include "actors/domain/image_variant.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace atelier {

class blob_store;
class image_library;
class variant_cache;

/// A file as it is served.
struct served_file {
    std::filesystem::path path; ///< empty: the client is sent to `redirect`
    std::uint64_t size = 0;
    std::string content_type;
    std::string filename;
    std::string entity_tag; ///< quoted: another one for other bytes
    std::string redirect;   ///< an address at the store, a secret that ends by itself
    /// As long as it lives, the file stays where it is.
    std::shared_ptr<const void> hold;
};

struct image_files_options {
    bool strip_metadata = true;             ///< of photos; what an engine made has none
    bool redirect = false;                  ///< where the store can, for files that are served as they are
    std::chrono::milliseconds time_limit{}; ///< for making a copy
};

/// The files of images on their way out: the original from the store, and copies of it from the cache, made
/// when they are first wanted. Thread-safe.
class image_files {
public:
    using callback = std::function<void(outcome<served_file>)>;

    /// The others outlive it, and all work of `cache` has ended before it goes.
    image_files(const blob_store& store, const image_library& library, variant_cache& cache,
                image_files_options options);

    /// Calls `answer` once, as `variant_cache::fetch` does. Errors: unsupported_media_type and invalid_image
    /// (no copy can be made of it), overloaded, not_found and unavailable (the store). Never blocks.
    void open(const image_record& image, image_variant variant, callback answer);

private:
    [[nodiscard]] image_variant meant(const image_record& image, const image_variant& variant) const;
    void open_original(const image_record& image, served_file file, callback answer);

    const blob_store& store_;
    const image_library& library_;
    variant_cache& cache_;
    const image_files_options options_;
};

} // namespace atelier
