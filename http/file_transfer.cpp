#include "http/file_transfer.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <system_error>
#include <vector>

namespace atelier::http {
namespace {

/// So much at once, for others wait for the pool's thread, too.
constexpr std::size_t slice = 1024UL * 1024;
constexpr std::size_t copied_slice = 128UL * 1024;

} // namespace

outcome<std::size_t> file_transfer::send_slice() {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, slice));
    std::size_t sent = 0;
    while (sent < wanted) {
        const auto went = can_move_ ? move(wanted - sent) : copy(wanted - sent);
        if (went > 0) {
            sent += static_cast<std::size_t>(went);
            offset_ += static_cast<std::uint64_t>(went);
            left_ -= static_cast<std::uint64_t>(went);
        } else if (went == 0) {
            return failure{errc::internal, "a file is shorter than its response"};
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno == EPIPE || errno == ECONNRESET || errno == ETIMEDOUT || errno == EHOSTUNREACH) {
            return failure{errc::unavailable, "the client has gone"};
        } else if (can_move_ && (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
            can_move_ = false;
        } else if (errno != EINTR) {
            return failure{errc::internal, "cannot send a file: " + std::generic_category().message(errno)};
        }
    }
    return sent;
}

/// As sendfile(2).
std::ptrdiff_t file_transfer::move(std::size_t bytes) {
    auto from = static_cast<off_t>(offset_);
    return ::sendfile(socket_, source_.descriptor(), &from, bytes);
}

/// The same for files that cannot be moved.
std::ptrdiff_t file_transfer::copy(std::size_t bytes) {
    std::vector<char> block(std::min(bytes, copied_slice));
    const auto got = source_.read(offset_, block);
    if (!got) {
        errno = EIO;
        return -1;
    }
    return *got == 0 ? 0 : ::send(socket_, block.data(), *got, MSG_NOSIGNAL | MSG_DONTWAIT);
}

} // namespace atelier::http
