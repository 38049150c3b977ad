#pragma once

#include "persistence/blobs/blob_store.hpp"

namespace atelier {

/// Files in Active Storage's disk layout: the key "abcd…" lies at <root>/ab/cd/abcd….
/// Source: Rails, activestorage/lib/active_storage/service/disk_service.rb.
class disk_store final : public blob_store {
public:
    /// The root is made when the first file comes.
    explicit disk_store(std::filesystem::path root) : root_{std::move(root)} {}

    [[nodiscard]] outcome<blob_digest> put(std::string_view key,
                                           const std::filesystem::path& source) override;
    [[nodiscard]] std::filesystem::path path(std::string_view key) const override;
    [[nodiscard]] outcome<bool> compare(std::string_view key, std::string_view checksum,
                                        std::int64_t size) const override;
    [[nodiscard]] outcome<blob_digest> fetch(std::string_view key,
                                             const std::filesystem::path& target) const override;
    bool remove(std::string_view key) override;
    void for_each_older_than(instant before,
                             const std::function<bool(const std::string& key)>& visit) override;
    [[nodiscard]] status check() override;

private:
    std::filesystem::path root_;
};

} // namespace atelier
