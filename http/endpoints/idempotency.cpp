#include "http/endpoints/idempotency.hpp"

#include "actors/domain/signature.hpp"
#include "http/idempotency_key.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace atelier::http {

outcome<std::optional<command_key>> read_command_key(const request& r, std::string_view canonical_body) {
    using header = std::pair<std::string, std::string>;
    const auto count = std::ranges::count(r.headers, "idempotency-key", &header::first);
    if (count == 0)
        return std::optional<command_key>{};
    if (count > 1)
        return failure{errc::idempotency_key_invalid, "there are several Idempotency-Key headers"};
    auto key = parse_idempotency_key(r.header("idempotency-key"));
    if (!key)
        return key.error();
    std::string used_for{to_string(r.verb)};
    used_for.append("\n").append(r.path).append("\n").append(canonical_body);
    return std::optional{command_key{std::move(*key), sha256_hex(used_for)}};
}

response stored_response(stored_answer stored) {
    auto r = json_response(stored.status, std::move(stored.body));
    if (!stored.location.empty())
        r.with("Location", std::move(stored.location));
    if (stored.replayed)
        r.with("Idempotency-Replayed", "true");
    return r;
}

} // namespace atelier::http
