#include "actors/domain/standard_webhook.hpp"

#include "actors/domain/base64_text.hpp"
#include "actors/domain/signature.hpp"

#include <sodium.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace atelier {
namespace {

constexpr std::chrono::seconds tolerance{300};
constexpr std::string_view secret_prefix = "whsec_";
constexpr std::string_view version_prefix = "v1,";
constexpr std::size_t secret_bytes = 32;
constexpr int signatures_max = 10; ///< more are not looked at

std::optional<std::string> read_key(std::string_view secret) {
    if (secret.starts_with(secret_prefix))
        secret.remove_prefix(secret_prefix.size());
    std::string key(secret.size(), '\0');
    std::size_t length = 0;
    if (secret.empty() || !is_base64_text(secret) ||
        sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), secret.data(),
                          secret.size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    key.resize(length);
    return key.empty() ? std::nullopt : std::optional{key};
}

std::string signature_of(const webhook_headers& headers, std::string_view body, std::string_view key) {
    auto text = headers.id + "." + headers.timestamp + ".";
    return hmac_sha256_base64(text.append(body), key);
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

std::string new_webhook_secret(random_source& random) {
    std::array<std::byte, secret_bytes> key{};
    random.fill(key);
    auto text = to_base64({reinterpret_cast<const char*>(key.data()), key.size()});
    sodium_memzero(key.data(), key.size());
    return text.insert(0, secret_prefix);
}

webhook_headers sign_webhook(std::string id, instant now, std::string_view body,
                             const std::vector<std::string>& secrets) {
    webhook_headers headers;
    headers.id = std::move(id);
    headers.timestamp =
        std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    for (const auto& secret : secrets) {
        const auto key = read_key(secret);
        if (!key)
            continue;
        if (!headers.signature.empty())
            headers.signature += ' ';
        headers.signature.append(version_prefix).append(signature_of(headers, body, *key));
    }
    return headers;
}

bool verify_webhook(const webhook_headers& headers, std::string_view body, std::string_view secret,
                    instant now) {
    const auto key = read_key(secret);
    if (!key || headers.id.empty() || !is_recent(headers.timestamp, now))
        return false;
    const auto expected = signature_of(headers, body, *key);
    std::string_view rest = headers.signature;
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
