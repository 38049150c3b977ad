// Bearer tokens: the Authorization header, the token in it, and digests as they are stored and announced.

#include "actors/credentials.hpp"

#include "http/endpoints/session_cookie.hpp"
#include "http/endpoints/shown_token.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace atelier;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const fuzz::input in{data, length};
    const auto text = in.rest();
    http::request r;
    r.headers.emplace_back("authorization", text);
    if (const auto token = http::bearer_token(r))
        require(!token->empty() && text.find(*token) != std::string_view::npos,
                "a token is a part of the header");
    else
        require(token.error().code == errc::unauthenticated, "a refusal says why");
    r.headers = {{"cookie", std::string{text}}};
    if (const auto token = http::session_cookie(r, "https://rooms.example.com"))
        require(text.find("__Host-atelier-session=" + *token) != std::string_view::npos,
                "a token is a part of the cookie");
    if (const auto digest = digest_of(text)) {
        require(text.size() == 47 && text.starts_with("atl_"), "a token has one shape");
        const auto again = digest_from_hex(digest->hex());
        require(again && *again == *digest, "a digest is read as it is written");
    }
    if (const auto digest = digest_from_hex(text)) {
        std::string lower{text};
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        require(digest->hex() == lower, "hex digits are all that is read");
    }
    return 0;
}
