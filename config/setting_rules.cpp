#include "config/setting_rules.hpp"

#include "config/address_ranges.hpp"
#include "config/web_origins.hpp"
#include "config/widths.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace atelier::texts {

bool is_anything(std::string_view /*text*/) {
    return true;
}

bool is_not_empty(std::string_view text) {
    return !text.empty();
}

bool is_ip_address(std::string_view text) {
    const std::string address{text};
    in6_addr parsed{};
    return inet_pton(AF_INET, address.c_str(), &parsed) == 1 ||
           inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

bool is_base_url(std::string_view text) {
    return text.empty() ||
           ((text.starts_with("http://") || text.starts_with("https://")) && !text.ends_with('/'));
}

bool is_address_list(std::string_view text) {
    return address_ranges::parse(text).has_value();
}

bool is_origin_list(std::string_view text) {
    return web_origins::parse(text).has_value();
}

bool is_endpoint(std::string_view text) {
    return text.empty() || is_secure_url(text);
}

bool is_width_list(std::string_view text) {
    return parse_widths(text).has_value();
}

bool is_engine_list(std::string_view text) {
    return parse_engine_list(text).has_value();
}

bool is_style_engines(std::string_view text) {
    return parse_style_engines(text).has_value();
}

bool is_database_url(std::string_view text) {
    return text.empty() || text.starts_with("postgres://") || text.starts_with("postgresql://") ||
           text.find('=') != std::string_view::npos;
}

bool is_currency(std::string_view text) {
    return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_mailbox(std::string_view text) {
    return text.find('@') != std::string_view::npos;
}

bool is_mail_host(std::string_view text) {
    const auto in_name = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '.';
    };
    return std::ranges::all_of(text, in_name) || is_ip_address(text);
}

} // namespace atelier::texts
