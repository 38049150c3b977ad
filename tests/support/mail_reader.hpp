#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Reads mails (RFC 5322, MIME) the way a mail program does, strictly. What is malformed throws
/// std::runtime_error.
namespace atelier::test {

struct mail_part {
    std::string type;     ///< value of Content-Type
    std::string encoding; ///< value of Content-Transfer-Encoding
    std::string text;     ///< decoded, lines end in "\n"
};

struct read_mail {
    std::map<std::string, std::string> headers; ///< unfolded, encoded-words decoded
    std::vector<mail_part> parts;
};

[[nodiscard]] read_mail parse_mail(std::string_view content);

/// What follows `marker` in the text until white space or a quotation mark; "" when it is not there.
[[nodiscard]] std::string word_after(std::string_view text, std::string_view marker);

} // namespace atelier::test
