#include "actors/domain/change_set.hpp"

#include "actors/domain/names.hpp"

#include <array>

namespace atelier {
namespace {

constexpr std::array<std::string_view, 7> operations{"purchase", "subscription", "grant",   "spend",
                                                     "refund",   "expire",       "clawback"};
constexpr std::array<std::string_view, 4> generation_statuses{"queued", "running", "succeeded", "failed"};
constexpr std::array<std::string_view, 7> payment_statuses{
    "pending", "authorized", "paid", "partially_refunded", "refunded", "cancelled", "expired"};

} // namespace

std::string_view to_string(operation op) {
    return operations.at(static_cast<std::size_t>(op));
}

std::string_view to_string(generation_status status) {
    return generation_statuses.at(static_cast<std::size_t>(status));
}

std::optional<generation_status> parse_generation_status(std::string_view text) {
    return parse_name<generation_status>(generation_statuses, text);
}

std::string_view to_string(payment_status status) {
    return payment_statuses.at(static_cast<std::size_t>(status));
}

std::optional<payment_status> parse_payment_status(std::string_view text) {
    return parse_name<payment_status>(payment_statuses, text);
}

} // namespace atelier
