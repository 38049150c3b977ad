#include "actors/mail/mime.hpp"

#include "actors/domain/base64_text.hpp"
#include "config/printable.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace atelier::mime {
namespace {

constexpr std::size_t line_limit = 76;        ///< of quoted-printable
constexpr std::size_t plain_line_limit = 998; ///< RFC 5322 2.1.1; short ones are only recommended
constexpr std::size_t word_bytes = 39;        ///< of a text in one encoded-word: 64 characters with its frame
constexpr std::string_view line_end = "\r\n";

bool is_plain(char c) {
    return c >= ' ' && c <= '~';
}

/// The first line of `text`, without its end; removes both.
std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

bool travels_as_it_is(std::string_view line) {
    return line.size() <= plain_line_limit && std::ranges::all_of(line, is_plain) && !line.ends_with(' ');
}

std::string quoted_byte(char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    return {'=', digits[byte >> 4U], digits[byte & 0x0FU]};
}

void append_quoted_line(std::string& to, std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool last = i + 1 == line.size();
        const char c = line[i];
        const bool as_it_is = is_plain(c) && c != '=' && !(c == ' ' && last);
        const auto piece = as_it_is ? std::string{c} : quoted_byte(c);
        if (column + piece.size() > line_limit - 1) { // room for the "=" of a soft break
            to.append("=").append(line_end);
            column = 0;
        }
        to.append(piece);
        column += piece.size();
    }
    to.append(line_end);
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string encoded_words(std::string_view utf8) {
    std::string result;
    while (!utf8.empty()) {
        auto size = std::min(word_bytes, utf8.size());
        while (size < utf8.size() && continues_character(utf8[size]))
            --size;
        if (!result.empty())
            result.append(line_end).append(" ");
        result.append("=?UTF-8?B?").append(to_base64(utf8.substr(0, size))).append("?=");
        utf8.remove_prefix(size);
    }
    return result;
}

/// Whether a reader takes the text for what it is.
bool is_plain_value(std::string_view text) {
    return text.size() <= word_bytes && std::ranges::all_of(text, is_plain) &&
           text.find("=?") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
}

std::string without_controls(std::string_view text) {
    auto result = printable(text);
    std::ranges::replace(result, '\t', ' '); // the one that it leaves
    return result;
}

std::string two_digits(unsigned number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

} // namespace

encoded_body encode_body(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty())
        lines.push_back(take_line(text));
    encoded_body body{"7bit", {}};
    if (std::ranges::all_of(lines, travels_as_it_is)) {
        for (const auto line : lines)
            body.text.append(line).append(line_end);
        return body;
    }
    body.transfer_encoding = "quoted-printable";
    for (const auto line : lines)
        append_quoted_line(body.text, line);
    return body;
}

std::string encode_header(std::string_view text) {
    const auto value = without_controls(text);
    return is_plain_value(value) ? value : encoded_words(value);
}

std::string encode_phrase(std::string_view text) {
    const auto value = without_controls(text);
    if (!is_plain_value(value))
        return encoded_words(value);
    std::string quoted = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string date(instant t) {
    // Not by strftime: these names are English in every locale.
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto midnight = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day day{midnight};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(t - midnight)};
    const auto clock = two_digits(static_cast<unsigned>(time.hours().count())) + ":" +
                       two_digits(static_cast<unsigned>(time.minutes().count())) + ":" +
                       two_digits(static_cast<unsigned>(time.seconds().count()));
    return std::string{days.at(std::chrono::weekday{midnight}.c_encoding())} + ", " +
           std::to_string(static_cast<unsigned>(day.day())) + " " +
           months.at(static_cast<unsigned>(day.month()) - 1) + " " +
           std::to_string(static_cast<int>(day.year())) + " " + clock + " +0000";
}

} // namespace atelier::mime
