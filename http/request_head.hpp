#pragma once

#include "actors/domain/outcome.hpp"
#include "http/framing.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"

#include <string_view>

namespace atelier::http {

/// What a header block says to the session.
struct request_head {
    framing facts;
    bool keep_alive = false;
};

/// Reads a complete header block (see `head_finder`) into method, target, path, query and headers of `into`.
/// `check_framing` judges the bytes first; then Beast parses them, and must come to the same framing.
/// Whatever was read before a failure stays in `into`, for the log and the request id.
[[nodiscard]] outcome<request_head> parse_request_head(std::string_view head, const limits& bounds,
                                                       request& into);

} // namespace atelier::http
