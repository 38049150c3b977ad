#include "persistence/blobs/open_store.hpp"

#include "persistence/blobs/disk.hpp"
#include "persistence/blobs/s3/s3_store.hpp"

#include <algorithm>
#include <utility>

namespace atelier {

outcome<std::unique_ptr<blob_store>> open_blob_store(const settings& config, const clock& time) {
    if (config.images.store == "disk")
        return std::unique_ptr<blob_store>{std::make_unique<disk_store>(storage_directory(config))};
    const auto& s = config.s3;
    s3_settings bucket;
    bucket.place = {s.region, s.bucket, s.endpoint, s.path_style};
    bucket.credentials.access_key_id = s.access_key_id;
    bucket.credentials.secret_access_key = s.secret_access_key;
    bucket.size_limit = std::max(bucket.size_limit, config.images.upload_limit);
    auto opened = s3_store::open(std::move(bucket), time);
    if (!opened)
        return failure{errc::internal, "the section s3 of the settings: " + opened.error().detail};
    return std::unique_ptr<blob_store>{std::move(*opened)};
}

} // namespace atelier
