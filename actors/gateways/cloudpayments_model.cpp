#include "actors/gateways/cloudpayments_model.hpp"

namespace atelier {
namespace {

/// Milliseconds since 1970 as the API's serializer writes them.
std::optional<instant> parse_ticks(std::string_view text) {
    constexpr std::string_view prefix = "/Date(";
    constexpr std::string_view suffix = ")/";
    if (!text.starts_with(prefix) || !text.ends_with(suffix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    text.remove_suffix(suffix.size());
    const auto ticks = parse_integer<std::int64_t>(text);
    constexpr std::int64_t furthest = 253'402'300'800'000; // the year 10000
    if (!ticks || *ticks < 0 || *ticks > furthest)
        return std::nullopt;
    return instant{std::chrono::milliseconds{*ticks}};
}

} // namespace

std::string_view cloudpayments_model::raw(std::string_view name) const {
    const auto* found = model_.find(name);
    return found != nullptr && found->is_scalar() ? std::string_view{found->value} : std::string_view{};
}

std::string cloudpayments_model::identifier(std::string_view name) {
    const auto value = raw(name);
    if (is_plain_text(value))
        return std::string{value};
    refuse(name, "is no identifier");
    return {};
}

std::string cloudpayments_model::required(std::string_view name) {
    if (raw(name).empty())
        refuse(name, "is missing");
    return identifier(name);
}

std::string cloudpayments_model::information(std::string_view name) const {
    const auto value = raw(name);
    return is_plain_text(value) ? std::string{value} : std::string{};
}

std::int64_t cloudpayments_model::amount(std::string_view name) {
    const auto minor_units = parse_amount(raw(name));
    if (!minor_units)
        refuse(name, "is no decimal amount");
    return minor_units.value_or(0);
}

std::int32_t cloudpayments_model::count(std::string_view name) {
    const auto number = parse_integer<std::int32_t>(raw(name));
    if (!number || *number < 0)
        refuse(name, "is no whole number");
    return number.value_or(0);
}

std::optional<std::int32_t> cloudpayments_model::optional_count(std::string_view name) {
    if (raw(name).empty())
        return std::nullopt;
    return count(name);
}

std::optional<instant> cloudpayments_model::date(const std::string& name) const {
    if (const auto iso = parse_date_time(raw(name + "Iso")))
        return iso;
    if (const auto plain = parse_date_time(raw(name)))
        return plain;
    return parse_ticks(raw(name));
}

void cloudpayments_model::refuse(std::string_view name, std::string_view why) {
    if (!error_)
        error_ = failure{errc::gateway_unavailable,
                         "its reply cannot be used: " + std::string{name} + " " + std::string{why}};
}

} // namespace atelier
