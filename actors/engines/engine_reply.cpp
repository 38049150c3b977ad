#include "actors/engines/engine_reply.hpp"

#include "config/printable.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <curl/curl.h>

#include <algorithm>
#include <charconv>

namespace atelier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds longest_wait = std::chrono::hours{1};
constexpr std::size_t longest_text = 200;

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0 || text.size() > 15)
        return std::nullopt;
    return value;
}

bool has_room_later(long status) {
    return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

engine_fault fault_of(long status) {
    if (status == 429)
        return engine_fault::busy;
    if (has_room_later(status))
        return engine_fault::engine;
    const bool job = status == 400 || status == 413 || status == 415 || status == 422;
    return job ? engine_fault::job : engine_fault::setup;
}

const boost::json::value* find(const boost::json::object& object, std::string_view member) {
    return object.if_contains(boost::json::string_view{member.data(), member.size()});
}

std::string to_text(const boost::json::string& text) {
    return {text.data(), text.size()};
}

std::string one_line(std::string_view text) {
    auto line = printable(text);
    std::ranges::replace(line, '\t', ' ');
    return line;
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; // in UTF-8
}

} // namespace

std::optional<milliseconds> read_retry_after(const std::string& in_milliseconds,
                                             const std::string& seconds_or_date, instant now) {
    if (const auto wait = whole_number(in_milliseconds))
        return std::min(milliseconds{*wait}, longest_wait);
    if (const auto wait = whole_number(seconds_or_date))
        return std::min(milliseconds{seconds{std::min<std::int64_t>(*wait, 1'000'000)}}, longest_wait);
    const auto date = seconds_or_date.empty() ? -1 : curl_getdate(seconds_or_date.c_str(), nullptr);
    if (date < 0)
        return std::nullopt;
    // Cut off before it becomes an instant, which ends before the years that can be written do.
    const auto latest = std::chrono::ceil<seconds>(now + longest_wait).time_since_epoch();
    const auto wait = std::chrono::ceil<milliseconds>(instant{std::min(seconds{date}, latest)} - now);
    return std::clamp(wait, milliseconds{0}, longest_wait);
}

std::optional<engine_failure> failure_of(const engine_response& response, instant now) {
    if (response.misconfigured)
        return engine_failure{false, response.trouble, engine_fault::setup};
    if (response.too_large)
        return engine_failure{false, "the reply is larger than the limit", engine_fault::engine};
    if (response.status == 0)
        return engine_failure{true, response.trouble, engine_fault::engine};
    if (response.status >= 200 && response.status < 300)
        return std::nullopt;
    engine_failure why{has_room_later(response.status), "HTTP status " + std::to_string(response.status),
                       fault_of(response.status)};
    if (const auto text = error_text(response.body); !text.empty())
        why.detail += ": " + text;
    why.retry_after = read_retry_after(response.retry_after_ms, response.retry_after, now);
    if (response.should_retry == "true" || response.should_retry == "false")
        why.transient = response.should_retry == "true";
    return why;
}

std::string presentable(std::string_view text, std::string_view secret) {
    constexpr std::string_view hidden = "(hidden)";
    auto line = one_line(text);
    // After that, as it would be shown: what is replaced may become a part of it.
    if (const auto shown = one_line(secret); !shown.empty())
        for (auto at = line.find(shown); at != std::string::npos; at = line.find(shown, at + hidden.size()))
            line.replace(at, shown.size(), hidden);
    // Not before: half a secret would not be found.
    if (line.size() > longest_text) {
        auto end = longest_text;
        while (continues_character(line[end]))
            --end;
        line.resize(end);
    }
    return line;
}

engine_failure nonsense(std::string_view what) {
    return {true, "the engine's reply makes no sense: " + std::string{what}, engine_fault::engine};
}

std::optional<boost::json::object> read_object(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 32;
    boost::json::error_code error;
    auto value = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (error || !value.is_object())
        return std::nullopt;
    return std::move(value.get_object());
}

std::string text_of(const boost::json::object& object, std::string_view member) {
    const auto* found = find(object, member);
    return found != nullptr && found->is_string() ? to_text(found->get_string()) : "";
}

std::optional<double> number_of(const boost::json::object& object, std::string_view member) {
    const auto* found = find(object, member);
    if (found == nullptr || !found->is_number())
        return std::nullopt;
    return found->to_number<double>();
}

const boost::json::object* object_of(const boost::json::object& object, std::string_view member) {
    const auto* found = find(object, member);
    return found == nullptr ? nullptr : found->if_object();
}

std::string error_text(std::string_view body) {
    const auto reply = read_object(body);
    if (!reply)
        return "";
    if (const auto* error = object_of(*reply, "error"))
        if (auto text = text_of(*error, "message"); !text.empty())
            return text;
    if (const auto* detail = find(*reply, "detail"); detail != nullptr && detail->is_array())
        for (const auto& each : detail->get_array())
            if (const auto* what = each.if_object(); what != nullptr && !text_of(*what, "msg").empty())
                return text_of(*what, "msg");
    // A1111 has the name of the exception in `error` and its text in `errors`.
    for (const auto* member : {"detail", "message", "errors", "error"})
        if (auto text = text_of(*reply, member); !text.empty())
            return text;
    return "";
}

} // namespace atelier
