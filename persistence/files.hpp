#pragma once

#include "actors/domain/outcome.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atelier {

/// Owns a file descriptor and closes it. -1 is "none".
class unique_fd {
public:
    unique_fd() = default;
    explicit unique_fd(int fd) : fd_{fd} {}
    unique_fd(unique_fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~unique_fd() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    [[nodiscard]] int get() const { return fd_; }
    /// The descriptor now belongs to the caller.
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// What a system call that has just failed means, for people: "cannot write /x: No space left on device".
[[nodiscard]] inline failure last_error(const std::string& what) {
    return {errc::unavailable, what + ": " + std::generic_category().message(errno)};
}

} // namespace atelier
