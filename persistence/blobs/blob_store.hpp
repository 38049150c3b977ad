#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace atelier {

/// A file's size and content, as Active Storage records them.
struct blob_digest {
    std::int64_t byte_size = 0;
    std::string checksum; ///< base64 of the MD5
};

/// The digest of a file. `unavailable` when it cannot be read. Blocking.
[[nodiscard]] outcome<blob_digest> file_digest(const std::filesystem::path& file);

/// A fresh key: 28 characters of base 36 in lower case, as Active Storage makes them.
[[nodiscard]] std::string new_blob_key(random_source& random);

/// Whether a text is a key: 20 to 64 letters and digits. Rails makes keys of 28 characters of base 36; older
/// versions made 24. Nothing else may become part of a path or an address.
[[nodiscard]] bool is_blob_key(std::string_view text);

/// What an address says that lets anybody read a file for a while.
struct blob_link {
    std::string filename;     ///< what a browser saves it as
    std::string content_type; ///< what it is served as, made harmless if need be
    std::chrono::seconds valid{300};
};

/// Where the bytes of images are. Keys are written once and never changed. All functions block; thread-safe.
class blob_store {
public:
    virtual ~blob_store() = default;

    /// Takes over the file at `source` under a new key; it is durable when this returns, and `source` is
    /// gone. After a failure `source` is still there and the store is as before. Errors: unavailable (disk
    /// full, no permission), internal (malformed or used key).
    [[nodiscard]] virtual outcome<blob_digest> put(std::string_view key,
                                                   const std::filesystem::path& source) = 0;
    /// Where a key's file lies on this machine, whether or not it exists; empty for what is no key, and when
    /// the store is elsewhere. The file is not to be changed.
    [[nodiscard]] virtual std::filesystem::path path(std::string_view key) const = 0;
    /// Whether the file is there with this content. A failure: the store cannot be asked.
    [[nodiscard]] virtual outcome<bool> compare(std::string_view key, std::string_view checksum,
                                                std::int64_t size) const = 0;
    /// Writes a key's file to the new file `target`, which is gone again after a failure. Errors: not_found,
    /// payload_too_large, unavailable.
    [[nodiscard]] virtual outcome<blob_digest> fetch(std::string_view key,
                                                     const std::filesystem::path& target) const = 0;
    /// The address of a file, which is a secret that ends by itself; "" when this store has none. Sends
    /// nothing.
    [[nodiscard]] virtual std::string link(std::string_view /*key*/, const blob_link& /*what*/) const {
        return {};
    }
    /// Removes the file; true when it is gone, also if it never was there.
    virtual bool remove(std::string_view key) = 0;
    /// Calls `visit` with the key of each file last written before `before`, until it returns false.
    virtual void for_each_older_than(instant before,
                                     const std::function<bool(const std::string& key)>& visit) = 0;
    /// Whether files can be written now; the failure says why not.
    [[nodiscard]] virtual status check() = 0;
    /// Ends what is under way, and refuses what comes later, if either can take long.
    virtual void stop() {}
};

} // namespace atelier
