#include "config/secure_url.hpp"

#include "config/address_ranges.hpp"

#include <algorithm>

namespace atelier {
namespace {

/// The host of what follows "scheme://"; an IPv6 address keeps its brackets.
std::string_view host_of(std::string_view rest) {
    const auto authority = rest.substr(0, rest.find('/'));
    if (authority.starts_with('['))
        return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

} // namespace

bool is_loopback(std::string_view host) {
    static const auto loopback = *address_ranges::parse("127.0.0.0/8, ::1");
    return host == "localhost" || host == "[::1]" || loopback.contains(host);
}

bool is_secure_url(std::string_view url) {
    const bool tls = url.starts_with("https://");
    if (!tls && !url.starts_with("http://"))
        return false;
    const auto rest = url.substr(tls ? 8 : 7);
    const auto strange = [](char c) {
        return c <= ' ' || c > '~' || std::string_view{"@?#\\\"<>"}.find(c) != std::string_view::npos;
    };
    if (rest.ends_with('/') || std::ranges::any_of(rest, strange))
        return false;
    const auto host = host_of(rest);
    return tls ? !host.empty() : is_loopback(host);
}

} // namespace atelier
