#pragma once

#include "http/file.hpp"

#include <cstddef>
#include <cstdint>

namespace atelier::http {

/// Moves a part of a file onto a plain socket, slice by slice; the bytes do not pass through the program
/// (sendfile(2)) unless the file system cannot do without. For one thread at a time.
class file_transfer {
public:
    /// Both outlive it. `socket` is a descriptor that does not block.
    file_transfer(const file& source, int socket, std::uint64_t offset, std::uint64_t length)
        : source_{source}, socket_{socket}, offset_{offset}, left_{length} {}

    /// Sends as much as the socket takes now, at most a slice; 0 = it takes nothing now. `internal` when the
    /// file cannot be read or has lost its end, `unavailable` when the client has gone. May wait for the
    /// disk, never for the client: for the file pool.
    [[nodiscard]] outcome<std::size_t> send_slice();
    [[nodiscard]] bool at_end() const { return left_ == 0; }

private:
    [[nodiscard]] std::ptrdiff_t move(std::size_t bytes);
    [[nodiscard]] std::ptrdiff_t copy(std::size_t bytes);

    const file& source_;
    const int socket_;
    std::uint64_t offset_;
    std::uint64_t left_;
    bool can_move_ = true; ///< until the system says no
};

} // namespace atelier::http
