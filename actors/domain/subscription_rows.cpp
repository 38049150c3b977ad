#include "actors/domain/subscription_rows.hpp"

#include "actors/domain/names.hpp"

#include <array>

namespace atelier {
namespace {

constexpr std::array<std::string_view, 6> statuses{"pending",   "active",   "past_due",
                                                   "cancelled", "rejected", "expired"};
constexpr std::array<std::string_view, 6> standings{"",          "Active",   "PastDue",
                                                    "Cancelled", "Rejected", "Expired"};
constexpr std::array<std::string_view, 3> kinds{"first", "renewal", "upgrade"};

} // namespace

std::string_view to_string(subscription_status status) {
    return statuses.at(static_cast<std::size_t>(status));
}

std::optional<subscription_status> parse_subscription_status(std::string_view text) {
    return parse_name<subscription_status>(statuses, text);
}

std::string_view to_string(gateway_standing standing) {
    return standings.at(static_cast<std::size_t>(standing));
}

gateway_standing parse_gateway_standing(std::string_view text) {
    return parse_name<gateway_standing>(standings, text).value_or(gateway_standing::unknown);
}

std::string_view to_string(charge_kind kind) {
    return kinds.at(static_cast<std::size_t>(kind));
}

std::optional<charge_kind> parse_charge_kind(std::string_view text) {
    return parse_name<charge_kind>(kinds, text);
}

} // namespace atelier
