// Webhooks of engines. Four lines: id, timestamp, signatures and the secret's bytes; then the body.

#include "actors/domain/signature.hpp"
#include "actors/engines/replicate.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <sodium.h>

using namespace atelier;
using atelier::fuzz::require;

namespace {

const instant now{std::chrono::seconds{1'800'000'000}};

std::string secret_of(std::string_view key) {
    std::string text(sodium_base64_ENCODED_LEN(key.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(key.data()),
                      key.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back(); // the terminating NUL that libsodium counts
    return "whsec_" + text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    fuzz::input in{data, length};
    replicate_signature header;
    header.id = in.line();
    header.timestamp = in.line();
    header.signature = in.line();
    const std::string key{in.line()};
    const auto secret = secret_of(key);
    std::string body{in.rest()};

    const auto right = "v1," + hmac_sha256_base64(header.id + '.' + header.timestamp + '.' + body, key);
    if (verify_replicate_webhook(header, body, secret, now))
        require(header.signature.find(right) != std::string::npos, "a guess is no signature");
    require(!verify_replicate_webhook(header, body, "", now), "without a secret nothing is right");

    header.signature += ' ' + right;
    header.signature = header.signature.substr(header.signature.size() - right.size());
    const bool taken = verify_replicate_webhook(header, body, secret, now);
    // 1 800 000 000 ± 300, with or without zeros in front.
    const auto digits =
        header.timestamp.substr(std::min(header.timestamp.find_first_not_of('0'), header.timestamp.size()));
    const bool recent = digits.size() == 10 && digits >= "1799999700" && digits <= "1800000300" &&
                        digits.find_first_not_of("0123456789") == std::string::npos;
    require(taken == (recent && !header.id.empty() && !key.empty()), "what is signed and recent is right");
    if (!taken)
        return 0;
    require(!verify_replicate_webhook(header, body, secret_of(key + 'x'), now), "only with its secret");
    require(!verify_replicate_webhook(header, body, secret, now + std::chrono::hours{1}), "only for a while");
    require(!verify_replicate_webhook(header, body + '.', secret, now), "only with all of its text");
    if (!body.empty()) {
        body[body.size() / 2] ^= 1;
        require(!verify_replicate_webhook(header, body, secret, now), "only with its own text");
    }
    return 0;
}
