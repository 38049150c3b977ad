#pragma once

#include <cstdint>
#include <string_view>

namespace atelier::sandbox {

/// Why a payment ended as it did: the ReasonCodes that the sandbox gives. Those from 3001 on come of a Check,
/// those from 5001 on of the bank. Source: CloudPayments developer documentation, "Коды ошибок" (error
/// codes) and "Check".
enum class reason : std::int32_t {
    approved = 0,
    invalid_invoice_id = 3001,
    invalid_account_id = 3002,
    invalid_amount = 3003,
    out_of_date = 3004,
    format_error = 3005,
    unavailable = 3006,
    unable_to_connect = 3007,
    not_accepted = 3008,
    invalid_card_number = 5014,
    insufficient_funds = 5051,
    authentication_failed = 5206,
};

[[nodiscard]] constexpr std::int32_t code(reason why) {
    return static_cast<std::int32_t>(why);
}
/// The gateway's name, e.g. "InsufficientFunds".
[[nodiscard]] std::string_view to_string(reason why);
/// What the payer is told.
[[nodiscard]] std::string_view cardholder_message(reason why);

} // namespace atelier::sandbox
