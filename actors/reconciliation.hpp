#pragma once

#include "actors/domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// Something about which our books and the gateway's differ, or differed.
struct reconciliation_difference {
    /// "missed_payment", "missed_refund", "missed_cancel" and "missed_recurrent": made up for;
    /// "not_credited": the money does not fit an order, `detail` says why; "unknown_to_gateway": we credited
    /// what it does not know; "wrong_amount": it took another sum; "chargeback": a bank took the money back.
    std::string kind;
    std::string transaction_id;
    std::string invoice_id;
    std::int64_t amount_cents = 0;
    std::string detail;

    reconciliation_difference() = default;
};

/// What a comparison found.
struct reconciliation_report {
    std::chrono::sys_days day;
    std::int64_t transactions = 0; ///< of that day, that the gateway lists
    std::int64_t agreed = 0;       ///< of them, those that we knew
    std::vector<reconciliation_difference> differences;

    reconciliation_report() = default;
};

/// "2026-03-01"
[[nodiscard]] std::string to_string(std::chrono::sys_days day);
/// The other way round; none for anything else.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_day(std::string_view text);

[[nodiscard]] std::string reconciliation_json(const reconciliation_report& report);

} // namespace atelier
