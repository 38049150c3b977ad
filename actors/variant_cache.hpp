#pragma once

#include "actors/domain/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

class metrics;
class worker_pool;

/// A file of the cache. It stays where it is as long as `hold` lives.
struct cached_file {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::shared_ptr<const void> hold;
};

struct variant_cache_options {
    std::filesystem::path directory; ///< its own; made if need be
    std::uint64_t bytes_max = 0;     ///< passed only by what is being served
    std::size_t work_max = 0;        ///< files being made or waiting for the pool; more are refused
};

/// Files that are made of blobs, copies and thumbnails, kept on disk while there is room: what was unused for
/// longest goes first. Each is made once, however many ask for it at the same time. Losing one costs the time
/// to make it again, so no row knows of it. Thread-safe.
class variant_cache {
public:
    /// Makes the new file `target`; runs on the pool and must not throw.
    using maker = std::function<status(const std::filesystem::path& target)>;
    /// Called once, on the caller's thread if the file is there, else on a thread of the pool.
    using callback = std::function<void(outcome<cached_file>)>;

    /// The others outlive it, and the pool has stopped before it goes.
    variant_cache(variant_cache_options options, worker_pool& pool, metrics& meters);
    ~variant_cache();
    variant_cache(const variant_cache&) = delete;
    variant_cache& operator=(const variant_cache&) = delete;

    /// Takes over what an earlier life has left in the directory. Before anything else; blocking.
    [[nodiscard]] status open();

    /// The file `variant` (`name_of`) of a blob, made if need be. Errors: overloaded (too much is being
    /// made), and those of `make`. Never blocks.
    void fetch(std::string_view blob_key, std::string_view variant, maker make, callback answer);

    /// Removes all files of a blob but those being made or served. Blocking.
    void forget(std::string_view blob_key);
    /// The blobs of which there are files.
    [[nodiscard]] std::vector<std::string> blob_keys() const;
    /// Bytes of all files.
    [[nodiscard]] std::uint64_t size() const;

private:
    struct entry;
    using entries = std::map<std::string, std::shared_ptr<entry>, std::less<>>;

    void work(const std::string& name, const maker& make);
    [[nodiscard]] outcome<cached_file> make_file(const std::string& name, const maker& make);
    void settle(const std::string& name, outcome<cached_file> made);
    void adopt(const std::filesystem::path& file, std::uint64_t size);
    [[nodiscard]] static cached_file held(const std::shared_ptr<entry>& each);
    [[nodiscard]] std::vector<std::filesystem::path> make_room();
    void drop(entries::iterator which, std::vector<std::filesystem::path>& files);

    const variant_cache_options options_;
    worker_pool& pool_;
    metrics& meters_;
    mutable std::mutex mutex_; ///< guards what follows
    entries entries_;
    std::list<std::string> by_use_; ///< names of the complete ones, the latest used first
    std::uint64_t bytes_ = 0;
    std::size_t working_ = 0;
    std::uint64_t last_number_ = 0; ///< ends the names of files, so that none is ever used again
};

} // namespace atelier
