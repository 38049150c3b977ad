#pragma once

#include "config/engine_lists.hpp"
#include "config/secure_url.hpp"
#include "config/table.hpp"

#include <string_view>
#include <vector>

/// What the rows of the settings' table are written with; for its own files.
namespace atelier {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

template <auto... Members>
setting_field at(settings& s) {
    return &(s.*....*Members);
}

constexpr byte_count operator""_KiB(unsigned long long n) {
    return {static_cast<std::int64_t>(n) << 10};
}
constexpr byte_count operator""_MiB(unsigned long long n) {
    return {static_cast<std::int64_t>(n) << 20};
}
constexpr byte_count operator""_GiB(unsigned long long n) {
    return {static_cast<std::int64_t>(n) << 30};
}

/// What a text may be.
namespace texts {

bool is_anything(std::string_view text);
bool is_not_empty(std::string_view text);
bool is_ip_address(std::string_view text);
bool is_base_url(std::string_view text);
bool is_address_list(std::string_view text);
bool is_origin_list(std::string_view text);
bool is_endpoint(std::string_view text);
bool is_width_list(std::string_view text);
bool is_engine_list(std::string_view text);
bool is_style_engines(std::string_view text);
bool is_database_url(std::string_view text);
bool is_currency(std::string_view text);
bool is_mailbox(std::string_view text);
bool is_mail_host(std::string_view text);

} // namespace texts

inline const text_rule any_text{"a text", texts::is_anything};
inline const text_rule some_text{"a text, not empty", texts::is_not_empty};
inline const text_rule any_path{"a path", texts::is_anything};
inline const text_rule some_path{"a path, not empty", texts::is_not_empty};
inline const text_rule ip_address{"an IP address", texts::is_ip_address};
inline const text_rule base_url{
    R"(a URL that begins with http:// or https:// and does not end with '/', or "")", texts::is_base_url};
inline const text_rule secure_url{"a URL that begins with https://, or http:// and a loopback address",
                                  is_secure_url};
inline const text_rule address_list{R"(IP addresses and ranges, as "192.0.2.7, 2001:db8::/32", or "")",
                                    texts::is_address_list};
inline const text_rule origin_list{
    R"(origins, as "https://app.example.com, https://example.org", "*", or "")", texts::is_origin_list};
inline const text_rule endpoint{
    R"(a URL that begins with https://, or http:// and a loopback address, and does not end with '/', or "")",
    texts::is_endpoint};
inline const text_rule width_list{R"(widths in pixels, as "320, 640", or "")", texts::is_width_list};
inline const text_rule engine_list{R"(names of engines, as "sdapi, preview", or "")", texts::is_engine_list};
inline const text_rule style_engines{
    R"(numbers of styles with an engine each, as "7: openai, 12: replicate", or "")",
    texts::is_style_engines};
inline const choice_rule engine_name{{engine_names.begin(), engine_names.end()}};
inline const text_rule database_url{R"(a libpq connection URI or key=value text, or "")",
                                    texts::is_database_url};
inline const text_rule currency{"an ISO 4217 code, as \"RUB\"", texts::is_currency};
inline const text_rule mailbox{"a mail address", texts::is_mailbox};
inline const text_rule mail_host{R"(a host's name, an IP address, or "")", texts::is_mail_host};
inline const integer_rule port{0, 65'535};
inline const integer_rule thread_count{1, 64};
inline const integer_rule percentage{0, 100};
inline const integer_rule request_rate{0, 1'000'000'000};
inline const integer_rule queue_length{1, 10'000'000};
inline const duration_rule network_timeout{milliseconds{100}, hours{1}};
inline const duration_rule lifetime{minutes{1}, days{3650}};

/// The rows of the settings of engines on other servers.
[[nodiscard]] std::vector<setting> engine_setting_rows();

} // namespace atelier
