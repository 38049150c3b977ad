#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What operators and the comparison with the gateway read and write beside the writers: nothing of it is
/// money.
namespace atelier::queries {

/// A refund that an operator has asked for.
struct refund_request {
    payment_id payment;
    std::int64_t amount_cents = 0;
    std::string transaction_id; ///< of the refund, once the gateway has made it
    std::string refusal;        ///< of the gateway; "" = none
    instant created_at;
};

[[nodiscard]] outcome<std::optional<refund_request>> find_refund_request(pg::connection& database,
                                                                         std::string_view key);
/// Notes the request unless the key is there already; → the one that is there now.
[[nodiscard]] outcome<refund_request> note_refund_request(pg::connection& database, std::string_view key,
                                                          payment_id payment, std::int64_t amount_cents,
                                                          instant now);
/// Notes how it ended: with a transaction, or with a refusal.
[[nodiscard]] status end_refund_request(pg::connection& database, std::string_view key,
                                        std::string_view transaction_id, std::string_view refusal,
                                        instant now);

/// Of these transactions of the gateway, those that were credited, for a payment or a subscription, and for
/// what.
struct known_payment {
    std::string transaction_id;
    std::string invoice_id;
    std::int64_t amount_cents = 0;
    std::string currency;
};
[[nodiscard]] outcome<std::vector<known_payment>>
list_payments_by_transaction(pg::connection& database, const std::vector<std::string>& transactions);
/// What was credited of the money that came in that span of time.
[[nodiscard]] outcome<std::vector<known_payment>> list_payments_paid(pg::connection& database, instant from,
                                                                     instant until);
/// Of these refunds, those that are noted.
[[nodiscard]] outcome<std::vector<std::string>>
list_noted_refunds(pg::connection& database, const std::vector<std::string>& transactions);

/// Reports of audits as JSON, newest first.
[[nodiscard]] outcome<std::vector<std::string>> list_audits(pg::connection& database, std::int32_t limit);
[[nodiscard]] status store_audit(pg::connection& database, std::string_view report, instant now);

/// A day's report; `day` as "2026-03-01".
[[nodiscard]] outcome<std::optional<std::string>> find_reconciliation(pg::connection& database,
                                                                      std::string_view day);
/// The latest reports, newest first.
[[nodiscard]] outcome<std::vector<std::string>> list_reconciliations(pg::connection& database,
                                                                     std::int32_t limit);
[[nodiscard]] status store_reconciliation(pg::connection& database, std::string_view day,
                                          std::string_view report, instant now);

/// Archived notifications, newest first, from below `before` (0 = from the newest); "" = of every type, with
/// every verdict. Their bodies are left out.
[[nodiscard]] outcome<page<archived_notification>>
list_notifications(pg::connection& database, std::string_view type, std::string_view verdict,
                   notification_id before, std::int32_t limit);
[[nodiscard]] outcome<archived_notification> get_notification(pg::connection& database, notification_id id);

} // namespace atelier::queries
