#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/blobs/s3/s3_http.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace atelier {

/// What a request with a body says about it.
struct part_digest {
    std::string md5;        ///< 16 bytes
    std::string sha256_hex; ///< what the signature covers
};

/// Reads the part once. `unavailable` when it cannot be read or has become shorter. Blocking.
[[nodiscard]] outcome<part_digest> digest_of(const s3_file_part& part);

/// An MD5 that grows. Used by one thread at a time.
class growing_md5 {
public:
    growing_md5();
    ~growing_md5();
    growing_md5(const growing_md5&) = delete;
    growing_md5& operator=(const growing_md5&) = delete;

    void restart();
    void add(std::string_view bytes);
    /// The digest of all that came since the start, 16 bytes; then `restart` is due.
    [[nodiscard]] std::string finish();

private:
    struct context;
    std::unique_ptr<context> context_;
};

} // namespace atelier
