// PROXY headers, of both versions, in front of whatever the client sends.

#include "http/proxy_header.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace atelier::http;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const atelier::fuzz::input in{data, length};
    const auto bytes = in.rest();
    const auto header = read_proxy_header(bytes);
    if (!header) {
        require(header.error().code == atelier::errc::malformed_request, "a refusal says why");
        require(!read_proxy_header(std::string{bytes} + "x").has_value(), "more bytes make it no better");
        return 0;
    }
    if (!*header) {
        require(bytes.size() <= proxy_header_max, "nobody waits for ever");
        return 0;
    }
    const auto size = (*header)->size;
    require(size > 0 && size <= bytes.size(), "a header lies within the bytes");
    const auto alone = read_proxy_header(bytes.substr(0, size));
    require(alone && *alone && (*alone)->size == size, "a header needs nothing behind it");
    require((*alone)->source_address == (*header)->source_address, "and says the same");
    for (std::size_t cut = 0; cut < size; ++cut) {
        const auto part = read_proxy_header(bytes.substr(0, cut));
        require(part && !*part, "before its end it is incomplete");
    }
    return 0;
}
