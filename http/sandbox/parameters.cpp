#include "http/sandbox/parameters.hpp"

#include "actors/gateways/sandbox/calendar.hpp"
#include "actors/gateways/sandbox/decimal.hpp"
#include "http/form.hpp"
#include "http/media_type.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace atelier::http::sandbox {
namespace {

namespace json = boost::json;

/// The text that a form would hold.
std::string as_text(const json::value& value) {
    if (const auto* text = value.if_string())
        return {text->data(), text->size()};
    if (const auto* number = value.if_double())
        return fmt::format("{}", *number);
    return value.is_null() ? std::string{} : json::serialize(value);
}

} // namespace

outcome<parameters> parameters::read(const request& r) {
    parameters given;
    const auto type = media_type(r.header("content-type"));
    if (r.body.empty())
        return given;
    if (type == "application/x-www-form-urlencoded") {
        auto fields = parse_form(r.body);
        if (!fields)
            return fields.error();
        given.values_ = std::move(*fields);
        return given;
    }
    if (type != "application/json")
        return failure{errc::unsupported_media_type,
                       "the Content-Type must be application/json or application/x-www-form-urlencoded"};
    json::error_code error;
    const auto body = json::parse(r.body, error);
    if (error || !body.is_object())
        return failure{errc::malformed_json, "the body must be a JSON object"};
    for (const auto& member : body.get_object()) {
        const std::string name{member.key().data(), member.key().size()};
        const auto* array = member.value().if_array();
        const bool scalars = array != nullptr && std::ranges::none_of(*array, &json::value::is_structured);
        if (!scalars) {
            given.values_.emplace_back(name, as_text(member.value()));
            continue;
        }
        for (const auto& each : *array)
            given.values_.emplace_back(name, as_text(each));
    }
    return given;
}

const std::string* parameters::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        values_, [&](const auto& each) { return equal_ignoring_case(each.first, name); });
    return found == values_.end() || found->second.empty() ? nullptr : &found->second;
}

std::string parameters::text(std::string_view name) const {
    const auto* found = find(name);
    return found == nullptr ? std::string{} : *found;
}

std::optional<std::string> parameters::optional_text(std::string_view name) const {
    const auto* found = find(name);
    return found == nullptr ? std::nullopt : std::optional{*found};
}

std::optional<std::int64_t> parameters::integer(std::string_view name) const {
    const auto* found = find(name);
    if (found == nullptr)
        return std::nullopt;
    std::int64_t number = 0;
    const auto* const end = found->data() + found->size();
    if (const auto [stop, error] = std::from_chars(found->data(), end, number);
        error == std::errc{} && stop == end)
        return number;
    complain(name, " must be a whole number");
    return std::nullopt;
}

std::optional<std::int64_t> parameters::cents(std::string_view name) const {
    const auto* found = find(name);
    if (found == nullptr)
        return std::nullopt;
    const auto amount = atelier::sandbox::parse_decimal(*found);
    if (!amount)
        complain(name, " must be a number with at most two decimals");
    return amount;
}

std::optional<bool> parameters::boolean(std::string_view name) const {
    const auto* found = find(name);
    if (found == nullptr)
        return std::nullopt;
    const auto lower = to_lower(*found);
    if (lower == "true" || lower == "1")
        return true;
    if (lower == "false" || lower == "0")
        return false;
    complain(name, " must be true or false");
    return std::nullopt;
}

std::optional<instant> parameters::date(std::string_view name) const {
    const auto* found = find(name);
    if (found == nullptr)
        return std::nullopt;
    const auto at = atelier::sandbox::parse_date_time(*found);
    if (!at)
        complain(name, " must be a date, as 2026-03-01 or 2026-03-01T09:15:30");
    return at;
}

std::vector<std::string> parameters::list(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : values_)
        if (equal_ignoring_case(std::string_view{key}.substr(0, key.find('[')), name) && !value.empty())
            values.push_back(value);
    return values;
}

void parameters::complain(std::string_view name, std::string_view what) const {
    if (problem_.empty())
        problem_.append(name).append(what);
}

} // namespace atelier::http::sandbox
