// Requests as they arrive: the header block, its framing, and the body behind it, in pieces of any size. A
// seed for the pieces in a line, then the bytes.

#include "http/request_head.hpp"

#include "http/body_decoder.hpp"
#include "http/text.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <optional>

using namespace atelier::http;
using atelier::fuzz::in_pieces;
using atelier::fuzz::require;

namespace {

/// The size of the header block, 0 while it is incomplete; nothing when it is refused.
std::optional<std::size_t> find_end(std::string_view bytes) {
    head_finder finder;
    const auto found = finder.find(bytes);
    if (!found)
        return std::nullopt;
    return found->value_or(0);
}

std::optional<std::size_t> find_end_in_pieces(std::string_view bytes, std::uint64_t seed) {
    head_finder finder;
    std::size_t arrived = 0;
    std::optional<std::size_t> result{0};
    in_pieces(bytes, seed, [&](std::string_view piece) {
        arrived += piece.size();
        const auto found = finder.find(bytes.substr(0, arrived));
        result = found ? std::optional{found->value_or(0)} : std::nullopt;
        return result == std::size_t{0};
    });
    return result;
}

/// What a decoder makes of the bytes behind a header block.
struct decoded {
    std::string body;
    std::size_t consumed = 0;
    bool refused = false;

    friend bool operator==(const decoded&, const decoded&) = default;
};

void decode(body_decoder& decoder, std::string_view bytes, decoded& into) {
    while (!bytes.empty() && !into.refused && !decoder.is_complete()) {
        const auto step = decoder.next(bytes);
        into.refused = !step;
        if (!step)
            return;
        require(step->consumed > 0, "the decoder gets on");
        require(step->consumed <= bytes.size() && step->data.size() <= step->consumed,
                "it stays in its input");
        into.body += step->data;
        into.consumed += step->consumed;
        bytes.remove_prefix(step->consumed);
    }
}

void check_body(const framing& facts, std::string_view bytes, std::uint64_t seed) {
    body_decoder decoder{facts};
    decoded whole;
    decode(decoder, bytes, whole);
    body_decoder careful{facts};
    decoded pieces;
    in_pieces(bytes, seed, [&](std::string_view piece) {
        decode(careful, piece, pieces);
        return !pieces.refused && !careful.is_complete();
    });
    require(whole.refused == pieces.refused && whole.body == pieces.body, "the body is the same in pieces");
    if (!whole.refused)
        require(whole == pieces && decoder.is_complete() == careful.is_complete(),
                "it ends at the same place");
    if (!facts.has_body())
        require(decoder.is_complete() && whole.consumed == 0, "no body, no bytes");
    if (facts.content_length)
        require(whole.body.size() <= *facts.content_length, "a body is not longer than it says");
}

void check_request(const request& r, const request_head& head, const limits& bounds) {
    require(!(head.facts.chunked && head.facts.content_length), "one way to find the end of a body");
    require(r.path == "*" || r.path.starts_with('/'), "a path begins with a slash");
    require(std::ranges::none_of(r.path, is_control) && is_utf8(r.path), "a path is text");
    require((r.path + '/').find("/../") == std::string::npos, "a path does not lead upwards");
    require(r.target.size() <= bounds.target_bytes && r.query.size() <= 100, "targets have limits");
    require(!r.query_failure || r.query.empty(), "a query is decoded, or not");
    require(r.headers.size() <= bounds.header_fields, "there are so many fields");
    for (const auto& [name, value] : r.headers) {
        require(is_token(name) && name == to_lower(name), "names of fields are tokens in lower case");
        require(value.find_first_of("\r\n") == std::string::npos, "a field is one line");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    atelier::fuzz::input in{data, length};
    const auto seed = in.number();
    const auto bytes = in.rest();
    const auto end = find_end(bytes);
    require(end == find_end_in_pieces(bytes, seed), "a header block ends at the same place in pieces");
    if (end.value_or(0) == 0)
        return 0;
    require(*end <= bytes.size(), "a header block ends within the bytes");
    const limits bounds;
    request r;
    const auto head = parse_request_head(bytes.substr(0, *end), bounds, r);
    if (!head)
        return 0;
    check_request(r, *head, bounds);
    check_body(head->facts, bytes.substr(*end), seed);
    return 0;
}
