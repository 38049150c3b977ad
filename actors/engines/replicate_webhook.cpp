#include "actors/domain/signature.hpp"
#include "actors/engines/replicate.hpp"

#include <sodium.h>

#include <charconv>

namespace atelier {
namespace {

constexpr std::chrono::seconds tolerance{300};
constexpr std::string_view secret_prefix = "whsec_";
constexpr std::string_view version_prefix = "v1,";
constexpr int signatures_max = 10; ///< more are not looked at

std::optional<std::string> read_key(std::string_view secret) {
    if (secret.starts_with(secret_prefix))
        secret.remove_prefix(secret_prefix.size());
    std::string key(secret.size(), '\0');
    std::size_t length = 0;
    if (secret.empty() ||
        sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), secret.data(),
                          secret.size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    key.resize(length);
    return key.empty() ? std::nullopt : std::optional{key};
}

bool is_recent(std::string_view timestamp, instant now) {
    std::int64_t value = 0;
    const auto* const end = timestamp.data() + timestamp.size();
    const auto [stop, error] = std::from_chars(timestamp.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0 || value > 1'000'000'000'000)
        return false;
    const instant sent{std::chrono::seconds{value}};
    return sent >= now - tolerance && sent <= now + tolerance;
}

} // namespace

bool verify_replicate_webhook(const replicate_signature& header, const std::string& body,
                              const std::string& secret, instant now) {
    const auto key = read_key(secret);
    if (!key || header.id.empty() || !is_recent(header.timestamp, now))
        return false;
    const auto expected = hmac_sha256_base64(header.id + "." + header.timestamp + "." + body, *key);
    std::string_view rest = header.signature;
    bool found = false;
    for (int i = 0; i < signatures_max && !rest.empty(); ++i) {
        const auto space = rest.find(' ');
        auto each = rest.substr(0, space);
        rest = space == std::string_view::npos ? "" : rest.substr(space + 1);
        if (!each.starts_with(version_prefix))
            continue;
        each.remove_prefix(version_prefix.size());
        if (each.size() == expected.size() &&
            sodium_memcmp(each.data(), expected.data(), expected.size()) == 0)
            found = true;
    }
    return found;
}

} // namespace atelier
