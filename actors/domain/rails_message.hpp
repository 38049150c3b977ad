#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Messages that Rails signs and verifies: readable by everybody, made only by who has the secret.
/// Source: Rails 6.1 to 8, activesupport/lib/active_support/message_verifier.rb and messages/metadata.rb.
namespace atelier {

/// How a Rails application signs: the version of its `config.load_defaults`.
enum class rails_defaults : std::uint8_t {
    v6_1, ///< key derived with SHA-1, value in Marshal
    v7_0, ///< key derived with SHA-256, value in Marshal
    v7_1, ///< key derived with SHA-256, value in JSON; the same in Rails 8
};

/// Signs and verifies as Rails' `message_verifier(salt)` does: HMAC-SHA1 over the Base64 of an envelope with
/// value, expiry and purpose. Pure; thread-safe.
class rails_message_verifier {
public:
    /// `secret_key_base` is the application's; making this takes about a millisecond. An empty secret signs
    /// what anybody could sign: the caller refuses it.
    rails_message_verifier(std::string_view secret_key_base, std::string_view salt, rails_defaults written);
    ~rails_message_verifier();
    rails_message_verifier(const rails_message_verifier&) = default;
    rails_message_verifier& operator=(const rails_message_verifier&) = default;

    /// "<Base64>--<40 hexadecimal digits>", in the alphabet with + and /. Valid until just before `expires`,
    /// which Rails writes to the millisecond; nothing = for ever.
    [[nodiscard]] std::string sign(const boost::json::value& value, std::string_view purpose,
                                   std::optional<instant> expires) const;

    /// The value of a message that was signed with the secret, whatever version of Rails wrote it and in
    /// either alphabet of Base64. `invalid_token` for everything else: too long (8 KiB), forged, for another
    /// purpose, expired, of a shape that Rails does not write.
    [[nodiscard]] outcome<boost::json::value> verify(std::string_view message, std::string_view purpose,
                                                     instant now) const;

private:
    using key = std::array<unsigned char, 64>;

    rails_defaults written_;
    key sha1_{};
    key sha256_{};
};

} // namespace atelier
