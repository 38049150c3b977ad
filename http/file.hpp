#pragma once

#include "actors/domain/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

namespace atelier::http {

/// An open file that closes itself. Every call may block on the disk: not for I/O threads (see `file_pool`).
class file {
public:
    /// For reading. `internal` when it cannot be opened.
    [[nodiscard]] static outcome<file> open(const std::filesystem::path& path);
    /// A new file that only this user may read. `unavailable` when it cannot be made.
    [[nodiscard]] static outcome<file> create(const std::filesystem::path& path);

    file(file&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    file& operator=(file&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~file();

    /// Fills `into` from `offset` on; fewer bytes only at the end of the file.
    [[nodiscard]] outcome<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// Writes all of `data` behind what was written before. `unavailable` when the disk is full or fails.
    [[nodiscard]] status append(std::string_view data);

private:
    explicit file(int descriptor) : descriptor_{descriptor} {}

    int descriptor_ = -1;
};

} // namespace atelier::http
