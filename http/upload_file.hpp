#pragma once

#include "actors/domain/outcome.hpp"
#include "http/file.hpp"
#include "http/file_pool.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace atelier::http {

/// A request body on its way into a temporary file, written block by block on the file pool. Destroying it
/// removes the file, unless it was taken.
class upload_file {
public:
    /// The file is made in `directory`, with the first block; `random` makes its name unique.
    upload_file(file_pool& files, const std::filesystem::path& directory, std::string_view random);

    [[nodiscard]] boost::asio::awaitable<status> append(std::string_view data);
    /// Writes what is left and closes the file.
    [[nodiscard]] boost::asio::awaitable<status> finish();
    /// The file, after `finish`.
    [[nodiscard]] std::shared_ptr<temporary_file> take() { return std::move(stored_); }

private:
    [[nodiscard]] boost::asio::awaitable<status> flush(bool last);
    status write_pending();

    file_pool& files_;
    std::filesystem::path path_;
    std::string pending_;
    std::optional<file> file_;
    std::shared_ptr<temporary_file> stored_;
};

/// Removes what a crash left behind. Only before any server that uploads into `directory` has been started.
/// Returns how many files there were; errors are skipped, since the files do no harm but take space.
std::size_t remove_abandoned_uploads(const std::filesystem::path& directory);

} // namespace atelier::http
