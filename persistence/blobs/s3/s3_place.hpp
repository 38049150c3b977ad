#pragma once

#include "actors/domain/outcome.hpp"

#include <string>
#include <string_view>

namespace atelier {

/// Where a bucket is.
struct s3_place {
    std::string region;   ///< e.g. "eu-central-1"; many servers other than Amazon's take any
    std::string bucket;   ///< 3 to 63 of a–z, 0–9, '-', '.'
    std::string endpoint; ///< e.g. "https://minio.example:9000", may have a path; "" = Amazon's of the region
    bool path_style = false; ///< the bucket stands in the path instead of in the host's name
};

/// How a bucket's objects are addressed. Pure.
struct s3_target {
    std::string origin; ///< scheme, host and port
    std::string host;   ///< value of the header Host
    std::string prefix; ///< of the path before a key; ends with '/'
    bool plain = false; ///< without TLS
};

/// Checks a place: HTTPS, or HTTP to this machine itself (`is_secure_url`), and names that can stand in an
/// address. `internal` says what is wrong.
[[nodiscard]] outcome<s3_target> locate(const s3_place& place);

} // namespace atelier
