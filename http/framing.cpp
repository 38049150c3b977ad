#include "http/framing.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace atelier::http {
namespace {

failure malformed(std::string detail) {
    return {errc::malformed_request, std::move(detail)};
}

/// Takes the text up to the next CRLF off the front. The head ends with one, so there always is one.
std::string_view take_line(std::string_view& head) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    return line;
}

bool is_visible(char c) {
    return c > 0x20 && c < 0x7F;
}

outcome<unsigned> check_request_line(std::string_view line) {
    const auto method_end = line.find(' ');
    const auto target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || method_end == target_end)
        return malformed("the request line is not 'method target version'");
    if (!is_token(line.substr(0, method_end)))
        return malformed("the method is not a token");
    const auto target = line.substr(method_end + 1, target_end - method_end - 1);
    if (target.empty() || !std::ranges::all_of(target, is_visible))
        return malformed("the request target holds a byte that must be escaped");
    const auto version = line.substr(target_end + 1);
    if (version == "HTTP/1.1")
        return 1U;
    if (version == "HTTP/1.0")
        return 0U;
    return malformed("the protocol version is not HTTP/1.0 or HTTP/1.1");
}

/// What has been seen while going through the fields.
struct field_checks {
    framing facts;
    bool has_host = false;

    status check(std::string_view line);

private:
    status check_content_length(std::string_view value);
    status check_transfer_encoding(std::string_view value);
    status check_host(std::string_view value);
    status check_expect(std::string_view value);
};

status field_checks::check(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t')
        return malformed("folded header lines are not accepted");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return malformed("a header line has no colon");
    const auto name = line.substr(0, colon);
    if (!is_token(name))
        return malformed("a header name is not a token directly before its colon");
    const auto value = trim(line.substr(colon + 1));
    if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
        return malformed("a header value holds a control byte");
    switch (name.size()) { // spares the other names all comparisons
    case 4:
        return equal_ignoring_case(name, "host") ? check_host(value) : done{};
    case 6:
        return equal_ignoring_case(name, "expect") ? check_expect(value) : done{};
    case 7:
        return equal_ignoring_case(name, "trailer") ? malformed("trailers are not accepted") : status{done{}};
    case 14:
        return equal_ignoring_case(name, "content-length") ? check_content_length(value) : done{};
    case 17:
        return equal_ignoring_case(name, "transfer-encoding") ? check_transfer_encoding(value) : done{};
    default:
        return done{};
    }
}

status field_checks::check_content_length(std::string_view value) {
    if (facts.content_length)
        return malformed("Content-Length is repeated");
    if (facts.chunked)
        return malformed("Content-Length and Transfer-Encoding exclude each other");
    std::uint64_t length = 0;
    const auto* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, length);
    if (error != std::errc{} || stop != end)
        return malformed("Content-Length is not a number");
    facts.content_length = length;
    return done{};
}

status field_checks::check_transfer_encoding(std::string_view value) {
    if (facts.minor_version == 0)
        return malformed("Transfer-Encoding does not exist in HTTP/1.0");
    if (facts.chunked)
        return malformed("Transfer-Encoding is repeated");
    if (facts.content_length)
        return malformed("Content-Length and Transfer-Encoding exclude each other");
    if (!equal_ignoring_case(value, "chunked"))
        return malformed("the only Transfer-Encoding that is accepted is 'chunked'");
    facts.chunked = true;
    return done{};
}

status field_checks::check_host(std::string_view value) {
    const auto is_host_char = [](char c) {
        return is_visible(c) && std::string_view{"\"#/<>?@\\^`{|}"}.find(c) == std::string_view::npos;
    };
    if (has_host)
        return malformed("Host is repeated");
    if (!std::ranges::all_of(value, is_host_char))
        return malformed("Host is not a host and port");
    has_host = true;
    return done{};
}

status field_checks::check_expect(std::string_view value) {
    const bool known = equal_ignoring_case(value, "100-continue");
    if (!known)
        facts.expects = framing::expectation::unknown;
    else if (facts.expects == framing::expectation::none)
        facts.expects = framing::expectation::continue_;
    return done{};
}

} // namespace

outcome<std::optional<std::size_t>> head_finder::find(std::string_view buffer) {
    if (searched_ == 0 && !buffer.empty() && !is_token_char(buffer.front()))
        return malformed("the request does not start with a method");
    for (;;) {
        const auto feed = buffer.find('\n', searched_);
        if (feed == std::string_view::npos) {
            searched_ = buffer.size();
            return std::optional<std::size_t>{};
        }
        if (feed == line_start_ || buffer[feed - 1] != '\r')
            return malformed("a line ends without carriage return");
        searched_ = feed + 1;
        if (feed == line_start_ + 1)
            return std::optional{searched_};
        line_start_ = searched_;
    }
}

outcome<framing> check_framing(std::string_view head, std::size_t fields_max) {
    if (!head.ends_with("\r\n\r\n"))
        return malformed("the header block does not end with an empty line");
    const auto version = check_request_line(take_line(head));
    if (!version)
        return version.error();
    field_checks fields;
    fields.facts.minor_version = *version;
    std::size_t count = 0;
    for (auto line = take_line(head); !line.empty(); line = take_line(head)) {
        if (++count > fields_max)
            return failure{errc::headers_too_large,
                           "the request has more than " + std::to_string(fields_max) + " header fields"};
        if (const auto checked = fields.check(line); !checked)
            return checked.error();
    }
    if (!head.empty())
        return malformed("the header block has an empty line inside");
    if (!fields.has_host && *version == 1)
        return malformed("Host is missing");
    if (*version == 0)
        fields.facts.expects = framing::expectation::none; // RFC 9110, 10.1.1
    return fields.facts;
}

} // namespace atelier::http
