// Idempotency-Key headers.

#include "http/idempotency_key.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace atelier::http;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const atelier::fuzz::input in{data, length};
    const auto key = parse_idempotency_key(in.rest());
    if (!key) {
        require(key.error().code == atelier::errc::idempotency_key_invalid, "a refusal says why");
        return 0;
    }
    require(!key->empty() && key->size() <= 255, "a key has a length");
    std::string quoted{'"'};
    for (const char c : *key) {
        require(c > ' ' && c <= '~', "a key is visible ASCII");
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    const auto again = parse_idempotency_key(quoted + '"');
    require(again && *again == *key, "a key in quotes is the same key");
    return 0;
}
