#pragma once

#include "http/message.hpp"

#include <cstddef>

namespace atelier::http {

/// Turns a complete answer into what this client is sent. A JSON document that GET has found is given an
/// entity tag, unless it has one or may not be kept, and becomes 304 for who has it (RFC 9110, 13); from
/// `compress_above` bytes on it is compressed for who takes gzip. What other methods answer may hold secrets
/// beside what the client has chosen, whose size compression would tell (BREACH). Pure.
void represent(const request& r, response& answer, std::size_t compress_above);

} // namespace atelier::http
