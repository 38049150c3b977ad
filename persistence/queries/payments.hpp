#pragma once

#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace atelier::queries {

/// A payment, whoever owns it; `not_found` when there is none.
[[nodiscard]] outcome<payment_record> get_payment(pg::connection& database, payment_id payment);
[[nodiscard]] outcome<payment_record> get_payment_by_invoice(pg::connection& database,
                                                             std::string_view invoice_id);

/// The payment that the gateway's transaction paid, or holds the money for.
[[nodiscard]] outcome<payment_record> get_payment_by_transaction(pg::connection& database,
                                                                 std::string_view transaction_id);

/// A user's payments, newest first, from below `before` (0 = from the newest).
[[nodiscard]] outcome<page<payment_record>> list_payments(pg::connection& database, user_id user,
                                                          payment_id before, std::int32_t limit);

/// Everybody's, newest first, from below `before` (0 = from the newest).
[[nodiscard]] outcome<page<payment_record>>
find_payments(pg::connection& database, const payment_filter& filter, payment_id before, std::int32_t limit);

/// The refunds of a paid payment's transaction that have not taken effect yet, and, if there are any, the lot
/// that it bought. Errors: not_found when there are, and no lot.
[[nodiscard]] outcome<payment_refunds> find_refunds(pg::connection& database, payment_id payment,
                                                    std::string_view transaction_id);

/// Invoices of paid payments that have refunds which have not taken effect yet.
[[nodiscard]] outcome<std::vector<std::string>> list_invoices_with_refunds(pg::connection& database,
                                                                           std::int32_t limit);

/// Pending payments whose time to be paid ended at or before `now`, in the order of ids, from above `above`.
[[nodiscard]] outcome<std::vector<payment_record>>
list_overdue_payments(pg::connection& database, instant now, payment_id above, std::int32_t limit);

/// What was answered to a webhook before.
struct notification_answer {
    std::string verdict;
    std::string reply;
    std::optional<payment_id> payment;
    std::int32_t deliveries = 0;
};
[[nodiscard]] outcome<std::optional<notification_answer>> find_notification(pg::connection& database,
                                                                            std::string_view business_key);

} // namespace atelier::queries
