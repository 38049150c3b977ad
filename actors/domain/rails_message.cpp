#include "actors/domain/rails_message.hpp"

#include "actors/domain/base64_text.hpp"
#include "actors/domain/hex_text.hpp"
#include "actors/domain/ruby_marshal.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <charconv>
#include <cstdio>

namespace atelier {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 8192;
constexpr std::size_t deepest_json = 8;
constexpr int derivation_rounds = 1000;
constexpr std::size_t mac_size = 20; ///< HMAC-SHA1
constexpr std::string_view separator = "--";

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

template <std::size_t Size>
std::string mac_hex(const std::array<unsigned char, Size>& key, std::string_view text) {
    std::array<unsigned char, mac_size> mac{};
    HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), mac.data(), nullptr);
    return to_hex(mac);
}

std::optional<std::string> base64_decoded(std::string_view text) {
    if (!is_base64_text(text))
        return std::nullopt;
    for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_URLSAFE,
                              sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
        std::string decoded(text.size(), '\0');
        std::size_t size = 0;
        if (sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data()), decoded.size(), text.data(),
                              text.size(), nullptr, &size, nullptr, variant) == 0) {
            decoded.resize(size);
            return decoded;
        }
    }
    return std::nullopt;
}

/// ISO 8601 in UTC with three decimals, cut off as Ruby does.
std::string iso8601(instant at) {
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(at);
    const auto day = std::chrono::floor<std::chrono::days>(whole);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{whole - day};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                  static_cast<int>(time.subseconds().count()));
    return text.data();
}

/// Takes a number of exactly `digits` digits and the character behind it, if one is asked for.
std::optional<int> take(std::string_view& text, std::size_t digits, char behind) {
    int value = 0;
    const auto size = digits + (behind == '\0' ? 0 : 1);
    if (text.size() < size || text[0] == '-' || (behind != '\0' && text[digits] != behind))
        return std::nullopt;
    const auto* const end = text.data() + digits;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    text.remove_prefix(size);
    return value;
}

/// What may stand behind the seconds: a fraction of up to nine digits, cut off at microseconds.
std::optional<microseconds> take_fraction(std::string_view& text) {
    if (!text.starts_with('.'))
        return microseconds{0};
    text.remove_prefix(1);
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1))
        if (digits++ < 6)
            value = value * 10 + (text[0] - '0');
    if (digits == 0 || digits > 9)
        return std::nullopt;
    for (; digits < 6; ++digits)
        value *= 10;
    return microseconds{value};
}

/// The offset from UTC: Z, or hours and minutes.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (text == "Z") {
        text.remove_prefix(1);
        return std::chrono::minutes{0};
    }
    if (!text.starts_with('+') && !text.starts_with('-'))
        return std::nullopt;
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto hours = take(text, 2, ':');
    const auto minutes = hours ? take(text, 2, '\0') : std::nullopt;
    if (!minutes || *hours > 23 || *minutes > 59)
        return std::nullopt;
    return std::chrono::minutes{sign * (*hours * 60 + *minutes)};
}

std::optional<instant> read_iso8601(std::string_view text) {
    const auto year = take(text, 4, '-');
    const auto month = year ? take(text, 2, '-') : std::nullopt;
    const auto day = month ? take(text, 2, 'T') : std::nullopt;
    const auto hour = day ? take(text, 2, ':') : std::nullopt;
    const auto minute = hour ? take(text, 2, ':') : std::nullopt;
    const auto second = minute ? take(text, 2, '\0') : std::nullopt;
    const auto fraction = second ? take_fraction(text) : std::nullopt;
    const auto offset = fraction ? take_offset(text) : std::nullopt;
    if (!offset || !text.empty() || *hour > 23 || *minute > 59 || *second > 59)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + *fraction - *offset;
}

std::optional<json::value> read_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = deepest_json;
    json::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (error)
        return std::nullopt;
    return value;
}

std::optional<json::value> read_value(std::string_view text) {
    return text.starts_with('\x04') ? read_ruby_marshal(text) : read_json(text);
}

/// Whether an optional member, which is absent or null when it has nothing to say, holds this text.
bool holds(const json::object& object, std::string_view name, std::string_view text) {
    const auto* const member = object.if_contains(name);
    return member != nullptr && member->is_string() && std::string_view{member->as_string()} == text;
}

bool is_fresh(const json::object& envelope, instant now) {
    const auto* const expiry = envelope.if_contains("exp");
    if (expiry == nullptr || expiry->is_null())
        return true;
    const auto until = expiry->is_string() ? read_iso8601(expiry->as_string()) : std::nullopt;
    return until && now < *until;
}

/// The value in an envelope of either shape: as itself ("data"), or as the Base64 of its own dump.
std::optional<json::value> unwrap(const json::object& envelope) {
    if (const auto* const data = envelope.if_contains("data"))
        return *data;
    const auto* const dump = envelope.if_contains("message");
    const auto decoded =
        dump != nullptr && dump->is_string() ? base64_decoded(dump->as_string()) : std::nullopt;
    return decoded ? read_value(*decoded) : std::nullopt;
}

} // namespace

rails_message_verifier::rails_message_verifier(std::string_view secret_key_base, std::string_view salt,
                                               rails_defaults written)
    : written_{written} {
    const auto derive = [&](const EVP_MD* digest, key& to) {
        PKCS5_PBKDF2_HMAC(secret_key_base.data(), static_cast<int>(secret_key_base.size()), bytes(salt),
                          static_cast<int>(salt.size()), derivation_rounds, digest,
                          static_cast<int>(to.size()), to.data());
    };
    derive(EVP_sha1(), sha1_);
    derive(EVP_sha256(), sha256_);
}

rails_message_verifier::~rails_message_verifier() {
    OPENSSL_cleanse(sha1_.data(), sha1_.size());
    OPENSSL_cleanse(sha256_.data(), sha256_.size());
}

std::string rails_message_verifier::sign(const json::value& value, std::string_view purpose,
                                         std::optional<instant> expires) const {
    json::object envelope;
    if (written_ == rails_defaults::v7_1) {
        envelope["data"] = value;
        if (expires)
            envelope["exp"] = iso8601(*expires);
    } else {
        envelope["message"] = to_base64(write_ruby_marshal(value));
        envelope["exp"] = expires ? json::value(json::string(iso8601(*expires))) : json::value(nullptr);
    }
    envelope["pur"] = json::string(purpose);
    json::object message;
    message["_rails"] = std::move(envelope);
    auto text = to_base64(json::serialize(message));
    const auto mac = mac_hex(written_ == rails_defaults::v6_1 ? sha1_ : sha256_, text);
    return text.append(separator).append(mac);
}

outcome<json::value> rails_message_verifier::verify(std::string_view message, std::string_view purpose,
                                                    instant now) const {
    constexpr auto tail = separator.size() + 2 * mac_size;
    if (message.size() > longest_message || message.size() <= tail)
        return errc::invalid_token;
    const auto text = message.substr(0, message.size() - tail);
    const auto end = message.substr(text.size());
    const auto is_mac_of = [&](const key& each) {
        const auto expected = mac_hex(each, text);
        return CRYPTO_memcmp(expected.data(), end.data() + separator.size(), expected.size()) == 0;
    };
    const bool with_sha256 = is_mac_of(sha256_);
    const bool with_sha1 = is_mac_of(sha1_);
    if (!end.starts_with(separator) || (!with_sha256 && !with_sha1))
        return errc::invalid_token;
    const auto decoded = base64_decoded(text);
    const auto content = decoded ? read_value(*decoded) : std::nullopt;
    if (!content || !content->is_object())
        return errc::invalid_token;
    const auto* const envelope = content->as_object().if_contains("_rails");
    if (envelope == nullptr || !envelope->is_object() || !holds(envelope->as_object(), "pur", purpose) ||
        !is_fresh(envelope->as_object(), now))
        return errc::invalid_token;
    auto value = unwrap(envelope->as_object());
    if (!value)
        return errc::invalid_token;
    return std::move(*value);
}

} // namespace atelier
