#pragma once

#include "actors/domain/payment.hpp"
#include "actors/gateways/json_fields.hpp"

namespace atelier {

/// One notification of CloudPayments, read. Absent and empty fields are the same; identifiers stay text, with
/// their leading zeros. `token` is a secret: it charges the payer's card.
struct notification : notification_facts {
    std::string business_key; ///< the same for every repeat of this notification, e.g. "pay:900000001"
    std::string invoice_id;
    std::string subscription_id;           ///< of a Recurrent: its own id
    gateway_standing standing{};           ///< of a Recurrent
    std::optional<std::int64_t> successes; ///< of a Recurrent: SuccessfulTransactionsNumber
    std::string token;
    std::string reason;
    std::optional<std::int32_t> reason_code;
    std::optional<instant> date_time;

    notification() = default;
};

/// Reads a notification of `kind` (from the address) from its decoded fields; those of a JSON body are read
/// with `json_fields`. Unknown fields are tolerated. A field that only informs (DateTime, ReasonCode, card)
/// is dropped when it cannot be read, so that it never keeps money from being credited. Errors:
/// validation_failed, naming the field, for one that is repeated; for an Amount or TestMode that cannot be
/// read; for an identifier that is not UTF-8, has control characters or is longer than 255 bytes; and for a
/// notification without the identifier that its kind is known by.
/// Source: CloudPayments developer documentation, "Уведомления" (notifications).
[[nodiscard]] outcome<notification> parse_notification(notification_kind kind, const field_list& fields);

/// The business key of a notification that has no identifier or cannot be read: the digest of its raw `body`.
[[nodiscard]] std::string content_key(notification_kind kind, std::string_view body);

/// The body of an answer, {"code":0}: 0 accepts; a Check is refused with 10, 11, 12, 13 or 20; anything else
/// makes the gateway repeat the notification.
[[nodiscard]] std::string reply_body(std::int32_t code);

} // namespace atelier
