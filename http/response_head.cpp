#include "http/response_head.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace atelier::http {
namespace {

std::string_view reason(unsigned status) {
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 402:
        return "Payment Required";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    default:
        return ""; // optional, and ignored by clients
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

bool is_safe_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) { return is_control(c) && c != '\t'; });
}

} // namespace

std::string http_date(instant when) {
    using namespace std::chrono;
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<std::chrono::days>(when);
    const year_month_day date{day};
    const hh_mm_ss time{floor<seconds>(when - day)};
    std::array<char, 64> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02ld:%02ld:%02ld GMT",
                      days.at(weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                      months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                      static_cast<long>(time.hours().count()), static_cast<long>(time.minutes().count()),
                      static_cast<long>(time.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

bool has_safe_headers(const response& r) {
    return is_safe_value(r.content_type) && std::ranges::all_of(r.headers, [](const auto& h) {
               return is_token(h.first) && is_safe_value(h.second);
           });
}

void append_head(std::string& out, const response& r, const head_fields& fields) {
    out.append("HTTP/1.1 ")
        .append(std::to_string(r.status))
        .append(" ")
        .append(reason(r.status))
        .append("\r\n");
    append_field(out, "Date", fields.date);
    if (!r.content_type.empty() && r.status != 204 && r.status != 304)
        append_field(out, "Content-Type", r.content_type);
    if (fields.content_length)
        append_field(out, "Content-Length", std::to_string(*fields.content_length));
    if (fields.chunked)
        append_field(out, "Transfer-Encoding", "chunked");
    if (fields.close)
        append_field(out, "Connection", "close");
    else if (fields.keep_alive)
        append_field(out, "Connection", "keep-alive");
    append_field(out, "X-Request-Id", fields.request_id);
    append_field(out, "X-Content-Type-Options", "nosniff");
    if (fields.https)
        append_field(out, "Strict-Transport-Security", "max-age=31536000");
    bool has_policy = false;
    for (const auto& [name, value] : r.headers) {
        append_field(out, name, value);
        has_policy = has_policy || name == "Content-Security-Policy";
    }
    if (!has_policy)
        append_field(out, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    out.append("\r\n");
}

} // namespace atelier::http
