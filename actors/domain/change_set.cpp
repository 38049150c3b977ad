#include "actors/domain/change_set.hpp"

#include <array>

namespace atelier {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
    for (std::size_t i = 0; i < N; ++i)
        if (names.at(i) == text)
            return static_cast<Enum>(i);
    return std::nullopt;
}

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
    return parse<generation_status>(generation_statuses, text);
}

std::string_view to_string(payment_status status) {
    return payment_statuses.at(static_cast<std::size_t>(status));
}

std::optional<payment_status> parse_payment_status(std::string_view text) {
    return parse<payment_status>(payment_statuses, text);
}

} // namespace atelier
