#pragma once

#include "actors/domain/outcome.hpp"
#include "http/framing.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace atelier::http {

/// Takes the body out of the bytes that follow a header block (RFC 9112, 6.2 and 7.1). Strict: chunk lines
/// end with CRLF, are at most 256 bytes long, and no trailer may follow the last chunk. Pure; holds no bytes.
class body_decoder {
public:
    explicit body_decoder(const framing& facts);

    /// One step: bytes of the body found at the front of the input, and how much of the input is done with.
    struct step {
        std::string_view data; ///< points into the input; may be empty
        std::size_t consumed = 0;
    };
    /// The next piece. `consumed` is 0 only for empty input or when the body is complete.
    [[nodiscard]] outcome<step> next(std::string_view input);
    [[nodiscard]] bool is_complete() const { return state_ == state::complete; }

private:
    enum class state : std::uint8_t {
        plain,      ///< inside a body of known length
        size,       ///< the hexadecimal size of a chunk
        extension,  ///< what may follow the size; ignored
        size_feed,  ///< the LF after it
        chunk,      ///< inside a chunk
        chunk_end,  ///< the CR after its data
        chunk_feed, ///< and the LF
        last_end,   ///< the CR of the empty line after the last chunk
        last_feed,  ///< and its LF
        complete,
    };

    status accept(char c);
    status accept_size(char c);
    status accept_extension(char c);
    status expect(char c, char expected, state next);

    bool chunked_;
    state state_ = state::complete;
    std::uint64_t remaining_ = 0; ///< of the body, or of the chunk
    std::size_t line_length_ = 0; ///< of the chunk line so far
};

} // namespace atelier::http
