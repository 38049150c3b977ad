#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atelier {

/// A file that goes with this object, unless it is released. Movable; used by one thread at a time.
class temporary_file {
public:
    /// A new empty file in `directory`, which is created if need be. `is_there()` is false when it cannot be
    /// written.
    temporary_file(const std::filesystem::path& directory, std::string_view prefix) {
        std::error_code ignored; // of no account if the file can be made
        std::filesystem::create_directories(directory, ignored);
        auto name = (directory / std::string{prefix}).string() + "-XXXXXX";
        const int fd = ::mkstemp(name.data());
        if (fd < 0)
            return;
        ::close(fd);
        path_ = name;
    }
    ~temporary_file() {
        std::error_code ignored;
        if (is_there())
            std::filesystem::remove(path_, ignored);
    }
    temporary_file(temporary_file&& other) noexcept
        : path_{std::exchange(other.path_, std::filesystem::path{})} {}
    temporary_file& operator=(temporary_file&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    [[nodiscard]] bool is_there() const { return !path_.empty(); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// The file, which now belongs to the caller.
    [[nodiscard]] std::filesystem::path release() { return std::exchange(path_, std::filesystem::path{}); }

private:
    std::filesystem::path path_;
};

} // namespace atelier
