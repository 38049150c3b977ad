#pragma once

#include "persistence/blobs/blob_store.hpp"
#include "persistence/blobs/s3/part_digest.hpp"
#include "persistence/blobs/s3/s3_client.hpp"

#include <map>
#include <memory>

namespace atelier {

/// An address that lets anybody store one file for a while, with a PUT that carries exactly these headers.
struct s3_upload_link {
    std::string url;
    std::map<std::string, std::string> headers; ///< without Content-Length, which clients add themselves
};

/// Files in a bucket of S3 or of a server that speaks as it does: the name of an object is its key, as Active
/// Storage has it. Permissions needed: to get, put, delete and list objects, to list and abort uploads.
/// Source: Rails, activestorage/lib/active_storage/service/s3_service.rb; Amazon S3 API Reference.
class s3_store final : public blob_store {
public:
    /// Sends nothing yet. `time` outlives the store. `internal` when the settings make no sense. Whoever uses
    /// the store has come back before it goes; `stop` hurries them.
    [[nodiscard]] static outcome<std::unique_ptr<s3_store>> open(s3_settings settings, const clock& time);

    /// As every store; also payload_too_large. After a failure the bucket may hold an object that no row
    /// names, or parts of one, if the store could not be asked to remove them: `for_each_older_than` finds
    /// both.
    [[nodiscard]] outcome<blob_digest> put(std::string_view key,
                                           const std::filesystem::path& source) override;
    /// Empty: there is none on this machine. Use `fetch` or `link`.
    [[nodiscard]] std::filesystem::path path(std::string_view /*key*/) const override { return {}; }
    bool remove(std::string_view key) override;
    /// Gives up uploads in parts that began before `before`, too. Ends early when the store cannot be asked.
    void for_each_older_than(instant before,
                             const std::function<bool(const std::string& key)>& visit) override;
    /// Writes and removes a small object.
    [[nodiscard]] status check() override;

    /// Whether the object is there with this content; reads it only where its ETag is not its MD5.
    [[nodiscard]] outcome<bool> compare(std::string_view key, std::string_view checksum,
                                        std::int64_t size) const override;
    /// The size of an object in bytes. `not_found` when there is none.
    [[nodiscard]] outcome<std::int64_t> size(std::string_view key) const;
    [[nodiscard]] outcome<blob_digest> fetch(std::string_view key,
                                             const std::filesystem::path& target) const override;
    /// Bytes of an object from `offset` on, fewer than `length` only at its end. Errors: not_found,
    /// range_not_satisfiable, payload_too_large (more than a reply may have), unavailable.
    [[nodiscard]] outcome<std::string> read(std::string_view key, std::uint64_t offset,
                                            std::size_t length) const;

    /// "" for what is no key.
    [[nodiscard]] std::string link(std::string_view key, const blob_link& what) const override;
    /// For the direct upload of a file of which all this is known before.
    [[nodiscard]] s3_upload_link upload_link(std::string_view key, const std::string& content_type,
                                             const blob_digest& content, std::chrono::seconds valid) const;

    /// As `s3_client::stop`.
    void stop() override { client_->stop(); }

private:
    explicit s3_store(std::unique_ptr<s3_client> client) : client_{std::move(client)} {}

    [[nodiscard]] s3_client::steady::time_point soon() const;
    [[nodiscard]] s3_client::steady::time_point later() const;
    [[nodiscard]] status put_whole(const std::string& key, const s3_file_part& whole,
                                   const part_digest& digest);
    void abandon_uploads(instant before);

    std::unique_ptr<s3_client> client_;
};

} // namespace atelier
