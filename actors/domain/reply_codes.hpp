#pragma once

#include <cstdint>

/// What a notification is answered. A code other than 0 is only ever given to a Check.
/// Source: CloudPayments developer documentation, "Уведомления" (notifications).
namespace atelier::reply_code {

inline constexpr std::int32_t proceed = 0;
inline constexpr std::int32_t wrong_invoice = 10;
inline constexpr std::int32_t wrong_account = 11;
inline constexpr std::int32_t wrong_amount = 12;
inline constexpr std::int32_t not_accepted = 13;
inline constexpr std::int32_t out_of_date = 20;

} // namespace atelier::reply_code
