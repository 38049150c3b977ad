#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// An address that mail may be sent to: `local@domain` of RFC 5321 4.1.2 without quoted parts, address
/// literals and comments; ASCII, at most 254 bytes. Whoever holds one holds nothing that could break out of a
/// header.
class mail_address {
public:
    /// None when the text is not such an address. The case is kept.
    [[nodiscard]] static std::optional<mail_address> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string_view domain() const;

private:
    explicit mail_address(std::string_view text) : text_{text} {}

    std::string text_;
};

/// Who a mail comes from.
struct mail_sender {
    std::string name; ///< for people, UTF-8; may be empty
    mail_address address;

    /// "Atelier <no-reply@example.com>" or only an address.
    [[nodiscard]] static std::optional<mail_sender> parse(std::string_view text);
};

/// What somebody typed, as Devise stores and looks up addresses: without white space around it, in lower case
/// (ASCII letters). It need not be an address.
[[nodiscard]] std::string normalized_email(std::string_view typed);

} // namespace atelier
