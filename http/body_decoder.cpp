#include "http/body_decoder.hpp"

#include "http/text.hpp"

#include <algorithm>

namespace atelier::http {
namespace {

constexpr std::size_t chunk_line_max = 256;
/// Fifteen hexadecimal digits cannot overflow, and no body that is accepted needs more.
constexpr std::size_t size_digits_max = 15;

failure malformed(const char* detail) {
    return {errc::malformed_request, detail};
}

} // namespace

body_decoder::body_decoder(const framing& facts)
    : chunked_{facts.chunked}, remaining_{facts.content_length.value_or(0)} {
    if (chunked_)
        state_ = state::size;
    else if (remaining_ > 0)
        state_ = state::plain;
}

outcome<body_decoder::step> body_decoder::next(std::string_view input) {
    std::size_t used = 0;
    while (used < input.size() && !is_complete()) {
        if (state_ == state::plain || state_ == state::chunk) {
            const auto data = input.substr(used, std::min<std::uint64_t>(remaining_, input.size() - used));
            remaining_ -= data.size();
            if (remaining_ == 0)
                state_ = chunked_ ? state::chunk_end : state::complete;
            return step{data, used + data.size()};
        }
        if (const auto accepted = accept(input[used]); !accepted)
            return accepted.error();
        ++used;
    }
    return step{{}, used};
}

/// Takes one of the bytes around the data of chunks.
status body_decoder::accept(char c) {
    switch (state_) {
    case state::size:
        return accept_size(c);
    case state::extension:
        return accept_extension(c);
    case state::size_feed: {
        const bool last = remaining_ == 0;
        line_length_ = 0;
        return expect(c, '\n', last ? state::last_end : state::chunk);
    }
    case state::chunk_end:
        return expect(c, '\r', state::chunk_feed);
    case state::chunk_feed:
        return expect(c, '\n', state::size);
    case state::last_end:
        if (c != '\r')
            return malformed("trailers are not accepted");
        state_ = state::last_feed;
        return done{};
    case state::last_feed:
        return expect(c, '\n', state::complete);
    case state::plain:
    case state::chunk:
    case state::complete:
        break;
    }
    return malformed("the chunked body is malformed"); // not reached: `next` takes those itself
}

status body_decoder::accept_size(char c) {
    const auto digit = hex_value(c);
    if (digit < 0) {
        if (line_length_ == 0)
            return malformed("the size of a chunk is not a hexadecimal number");
        state_ = state::extension;
        if (c != '\r' && c != ';' && c != ' ' && c != '\t')
            return malformed("the size of a chunk is not a hexadecimal number");
        return accept_extension(c);
    }
    if (++line_length_ > size_digits_max)
        return malformed("the size of a chunk has too many digits");
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return done{};
}

status body_decoder::accept_extension(char c) {
    if (c == '\r') {
        state_ = state::size_feed;
        return done{};
    }
    if (++line_length_ > chunk_line_max)
        return malformed("the line before a chunk is too long");
    if (is_control(c) && c != '\t')
        return malformed("the line before a chunk holds a control byte");
    return done{};
}

status body_decoder::expect(char c, char expected, state next) {
    if (c != expected)
        return malformed("a chunk or its line does not end with CR and LF");
    state_ = next;
    return done{};
}

} // namespace atelier::http
