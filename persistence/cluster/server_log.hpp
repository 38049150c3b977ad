#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/files.hpp"

#include <filesystem>
#include <string>

namespace atelier::postgres {

/// The file to which PostgreSQL's programs write, and what they have said since it was opened.
class server_log {
public:
    /// Opens it to append. One that has grown past 16 MiB is first put aside as `<path>.1`.
    [[nodiscard]] static outcome<server_log> open(const std::filesystem::path& path);

    [[nodiscard]] int fd() const { return fd_.get(); }
    /// The message that tells best what went wrong, in one line: the first complaint, else the last line.
    [[nodiscard]] std::string complaint() const;

private:
    server_log(unique_fd fd, off_t start) : fd_{std::move(fd)}, start_{start} {}

    unique_fd fd_;
    off_t start_;
};

} // namespace atelier::postgres
