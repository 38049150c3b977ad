#include "http/proxy_header.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>

namespace atelier::http {
namespace {

using namespace std::string_view_literals;
using reading = outcome<std::optional<proxy_header>>;

constexpr auto prefix = "PROXY "sv;
constexpr std::size_t line_max = 107; // of version 1, with its CRLF
constexpr auto signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t fixed_size = 16; // of version 2

failure malformed(const char* detail) {
    return {errc::malformed_request, detail};
}

bool is_address(int family, const std::string& text) {
    in6_addr bytes{};
    return ::inet_pton(family, text.c_str(), &bytes) == 1;
}

bool is_port(std::string_view text) {
    constexpr unsigned port_max = 65'535;
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0'))
        return false;
    unsigned number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number <= port_max;
}

/// The text up to the next blank, taken off the front with that blank.
std::string_view take_word(std::string_view& text) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

/// "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"
reading read_line(std::string_view buffer) {
    const auto end = buffer.substr(0, line_max).find("\r\n");
    if (end == std::string_view::npos) {
        if (buffer.size() >= line_max)
            return malformed("the PROXY line is too long");
        return std::optional<proxy_header>{};
    }
    proxy_header header;
    header.size = end + 2;
    auto rest = buffer.substr(prefix.size(), end - prefix.size());
    const auto protocol = take_word(rest);
    if (protocol == "UNKNOWN")
        return std::optional{header};
    if (protocol != "TCP4" && protocol != "TCP6")
        return malformed("the PROXY line names no protocol that is known");
    const int family = protocol == "TCP4" ? AF_INET : AF_INET6;
    const std::string source{take_word(rest)};
    const std::string destination{take_word(rest)};
    const auto source_port = take_word(rest);
    const auto destination_port = take_word(rest);
    if (!is_address(family, source) || !is_address(family, destination) || !is_port(source_port) ||
        !is_port(destination_port) || !rest.empty() || buffer[end - 1] == ' ')
        return malformed("the PROXY line does not hold two addresses and two ports");
    header.source_address = source;
    return std::optional{header};
}

std::string address_text(int family, std::string_view bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, bytes.data(), text.data(), text.size());
}

reading read_binary(std::string_view buffer) {
    if (buffer.size() < fixed_size)
        return std::optional<proxy_header>{};
    const auto byte = [buffer](std::size_t at) -> unsigned { return static_cast<unsigned char>(buffer[at]); };
    const auto version_and_command = byte(12);
    const auto family_and_protocol = byte(13);
    const std::size_t size = fixed_size + (byte(14) << 8U | byte(15));
    if (version_and_command != 0x20 && version_and_command != 0x21)
        return malformed("the PROXY header has an unknown version or command");
    if (size > proxy_header_max)
        return malformed("the PROXY header is too long");
    if (buffer.size() < size)
        return std::optional<proxy_header>{};
    proxy_header header;
    header.size = size;
    const bool local = version_and_command == 0x20;
    const bool ipv4 = family_and_protocol == 0x11;
    const bool ipv6 = family_and_protocol == 0x21;
    if (local || (!ipv4 && !ipv6))
        return std::optional{header};
    constexpr std::size_t ports = 4;
    const std::size_t address = ipv4 ? sizeof(in_addr) : sizeof(in6_addr);
    if (size < fixed_size + 2 * address + ports)
        return malformed("the PROXY header is too short for its addresses");
    header.source_address = address_text(ipv4 ? AF_INET : AF_INET6, buffer.substr(fixed_size, address));
    return std::optional{header};
}

bool begins_alike(std::string_view buffer, std::string_view wanted) {
    const auto size = std::min(buffer.size(), wanted.size());
    return buffer.substr(0, size) == wanted.substr(0, size);
}

} // namespace

reading read_proxy_header(std::string_view buffer) {
    if (begins_alike(buffer, prefix))
        return buffer.size() < prefix.size() ? std::optional<proxy_header>{} : read_line(buffer);
    if (begins_alike(buffer, signature))
        return read_binary(buffer);
    return malformed("the connection does not begin with a PROXY header");
}

} // namespace atelier::http
