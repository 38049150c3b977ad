#include "tests/support/mail_reader.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace atelier::test {
namespace {

constexpr std::string_view line_end = "\r\n";

void require(bool condition, const std::string& what) {
    if (!condition)
        throw std::runtime_error{"malformed mail: " + what};
}

std::string_view take_line(std::string_view& text) {
    const auto end = text.find(line_end);
    require(end != std::string_view::npos, "a line without CRLF");
    const auto line = text.substr(0, end);
    require(line.size() <= 998, "a line of more than 998 characters");
    require(line.find_first_of("\r\n") == std::string_view::npos, "a stray line end");
    text.remove_prefix(end + line_end.size());
    return line;
}

std::string base64_decoded(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    require(sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                              text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0,
            "bad Base64");
    bytes.resize(size);
    return bytes;
}

/// RFC 2047; white space between encoded-words goes.
std::string words_decoded(std::string_view value) {
    constexpr std::string_view begin = "=?UTF-8?B?";
    std::string result;
    bool after_word = false;
    while (!value.empty()) {
        const auto next = value.find(begin);
        const auto between = value.substr(0, next);
        if (!after_word || between.find_first_not_of(' ') != std::string_view::npos)
            result += between;
        if (next == std::string_view::npos)
            break;
        value.remove_prefix(next + begin.size());
        const auto end = value.find("?=");
        require(end != std::string_view::npos && end + begin.size() + 2 <= 75, "a bad encoded-word");
        result += base64_decoded(value.substr(0, end));
        value.remove_prefix(end + 2);
        after_word = true;
    }
    return result;
}

std::map<std::string, std::string> take_headers(std::string_view& text) {
    std::map<std::string, std::string> headers;
    auto last = headers.end();
    for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
        require(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }),
                "a header that is not ASCII");
        if (line.starts_with(' ')) {
            require(last != headers.end(), "a continuation of nothing");
            last->second += line;
            continue;
        }
        const auto colon = line.find(": ");
        require(colon != std::string_view::npos, "a header without a name");
        const auto [added, is_new] = headers.emplace(line.substr(0, colon), line.substr(colon + 2));
        require(is_new, "a header twice");
        last = added;
    }
    for (auto& [name, value] : headers)
        value = words_decoded(value);
    return headers;
}

int hex_value(char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto at = digits.find(c);
    require(at != std::string_view::npos, "a bad escape");
    return static_cast<int>(at);
}

std::string quoted_printable_decoded(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        auto line = take_line(text);
        require(line.size() <= 76, "a line that is too long for quoted-printable");
        require(!line.ends_with(' '), "a line that ends in a space");
        const bool soft = line.ends_with('=');
        if (soft)
            line.remove_suffix(1);
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '=') {
                result += line[i];
                continue;
            }
            require(i + 2 < line.size(), "a cut escape");
            result += static_cast<char>(hex_value(line[i + 1]) * 16 + hex_value(line[i + 2]));
            i += 2;
        }
        if (!soft)
            result += '\n';
    }
    return result;
}

std::string plain(std::string_view text) {
    std::string result;
    while (!text.empty())
        result.append(take_line(text)).append("\n");
    return result;
}

mail_part parse_part(std::string_view text) {
    auto headers = take_headers(text);
    mail_part part{headers["Content-Type"], headers["Content-Transfer-Encoding"], {}};
    require(part.encoding == "7bit" || part.encoding == "quoted-printable", "an unexpected encoding");
    part.text = part.encoding == "7bit" ? plain(text) : quoted_printable_decoded(text);
    return part;
}

} // namespace

read_mail parse_mail(std::string_view content) {
    require(std::ranges::all_of(content, [](char c) { return static_cast<unsigned char>(c) < 0x80; }),
            "not ASCII");
    read_mail mail;
    mail.headers = take_headers(content);
    constexpr std::string_view type = "multipart/alternative; boundary=\"";
    const auto& declared = mail.headers["Content-Type"];
    require(declared.starts_with(type) && declared.ends_with('"'), "no multipart/alternative");
    const auto boundary = "--" + declared.substr(type.size(), declared.size() - type.size() - 1);
    require(take_line(content) == boundary, "no first part");
    for (;;) {
        const auto end = content.find(boundary);
        require(end != std::string_view::npos, "a part without an end");
        mail.parts.push_back(parse_part(content.substr(0, end)));
        content.remove_prefix(end);
        if (take_line(content) == boundary + "--")
            break;
    }
    require(content.empty(), "something after the last part");
    return mail;
}

std::string word_after(std::string_view text, std::string_view marker) {
    const auto at = text.find(marker);
    if (at == std::string_view::npos)
        return {};
    const auto word = text.substr(at + marker.size());
    return std::string{word.substr(0, word.find_first_of(" \t\r\n\"<"))};
}

} // namespace atelier::test
