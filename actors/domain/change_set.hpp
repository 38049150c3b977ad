#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"
#include "actors/domain/subscription_rows.hpp"
#include "actors/domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What one command does to the database, as values. A change set is committed whole or not at all; the
/// writer joins many of them into one transaction. Every change of an existing row names the value that it
/// expects to find (compare-and-set), so that a foreign writer can never be overwritten.
namespace atelier {

/// token_transactions.operation.
enum class operation : std::uint8_t { purchase, subscription, grant, spend, refund, expire, clawback };
[[nodiscard]] std::string_view to_string(operation op);

/// generations.status. A cancelled generation is `failed` with the error "canceled".
enum class generation_status : std::uint8_t { queued, running, succeeded, failed };
[[nodiscard]] std::string_view to_string(generation_status status);
[[nodiscard]] std::optional<generation_status> parse_generation_status(std::string_view text);
[[nodiscard]] constexpr bool is_final(generation_status s) {
    return s == generation_status::succeeded || s == generation_status::failed;
}

/// payments.status.
enum class payment_status : std::uint8_t {
    pending,            ///< ordered, nothing heard of money yet
    authorized,         ///< money held (two-stage), not credited
    paid,               ///< credited
    partially_refunded, ///< credited, part of the money went back
    refunded,           ///< credited once, all of the money went back
    cancelled,          ///< the hold was released
    expired,            ///< nobody paid in time
};
[[nodiscard]] std::string_view to_string(payment_status status);
/// Its tokens were credited, whatever was taken back since.
[[nodiscard]] constexpr bool is_credited(payment_status s) {
    return s == payment_status::paid || s == payment_status::partially_refunded ||
           s == payment_status::refunded;
}
[[nodiscard]] std::optional<payment_status> parse_payment_status(std::string_view text);

/// A new row of token_purchases; with `payment`, also the row that ties it to the payment it was bought with.
struct new_purchase {
    purchase_id id;
    token_package_id package;
    tokens remaining = 0; ///< after this change set
    instant purchased_at;
    instant expires_at;
    std::optional<payment_id> payment;
};

/// tokens_remaining (and, when a lot is reopened, expires_at) of one lot, compare-and-set.
struct purchase_change {
    purchase_id id;
    tokens expected = 0;
    tokens remaining = 0;
    std::optional<instant> expires_at;
};

/// What a lot owes, compare-and-set: tokens that were paid back in money after they had been spent. What
/// comes back to the lot later is taken for it.
struct debt_change {
    purchase_id id;
    tokens expected = 0;
    tokens debt = 0;
};

/// A new row of token_transactions.
struct journal_entry {
    transaction_id id;
    purchase_id purchase;
    std::optional<generation_id> generation;
    operation op{};
    tokens amount = 0; ///< what it adds to the balance
    /// When the lot expires now; only of a refund that reopened an expired one.
    std::optional<instant> reopened_until;
};

/// A new row of generations (status queued) with its generation_runs row.
struct new_generation {
    generation_id id;
    image_id input_image;
    style_id style;
    tokens cost = 0;
    std::int64_t seed = 0;
    std::string parameters; ///< JSON object
    instant deadline;
};

/// A transition of a generation, compare-and-set on its status.
struct generation_change {
    generation_id id;
    generation_status expected{};
    generation_status status{};
    std::optional<image_id> output_image;
    std::string error; ///< "" unless failed; a stable code, then optionally ": " and a text for people
};

/// The service's own memory of how a generation runs (generation_runs), overwritten as it goes on.
struct generation_run_change {
    generation_id id;
    std::string engine;
    std::string engine_job; ///< the engine's own id of the job; "" when it has none
    std::int32_t attempt = 0;
    std::optional<instant> started_at;
    std::optional<instant> finished_at;
};

/// A new row of images with its Active Storage blob and attachment (record_type `Image`, name `file`).
struct new_image {
    image_id id;
    blob_id blob;
    attachment_id attachment;
    bool output = false;   ///< images.kind
    std::string room_type; ///< "" = null
    std::string metadata;  ///< images.metadata, a JSON object
    std::string key;       ///< active_storage_blobs.key, 28 characters
    std::string filename;
    std::string content_type;
    std::string blob_metadata; ///< JSON text: identified, analyzed, width, height
    std::string service_name;
    std::int64_t byte_size = 0;
    std::string checksum; ///< base64 of the MD5 of the content
};

/// A new row of payments (status pending) with its payment_orders row (the time until it may be paid).
struct new_payment {
    payment_id id;
    token_package_id package;
    std::int64_t amount_cents = 0;
    std::string currency;
    std::string invoice_id;
    instant expires_at;
};

/// A transition of a payment, compare-and-set on its status. Empty texts leave the column as it is.
struct payment_change {
    payment_id id;
    payment_status expected{};
    payment_status status{};
    std::string cloudpayments_transaction_id;
    std::string card_type;
    std::string card_last_four;
    std::optional<instant> paid_at;
};

/// A new row of gateway_refunds: money that the gateway has given back. The same refund again changes
/// nothing.
struct gateway_refund {
    std::string transaction_id;         ///< of the refund itself
    std::string payment_transaction_id; ///< of what was paid
    std::int64_t amount_cents = 0;
};

/// A refund takes effect, once: compare-and-set on the refund, and on all that the payment has had given
/// back.
struct refund_application {
    std::string transaction_id; ///< of the refund
    payment_id payment;
    std::int64_t expected_cents = 0; ///< given back before it
    std::int64_t refunded_cents = 0; ///< and with it
    tokens tokens_due = 0;           ///< that the lot has to give up, or owes
};

/// A refund of a subscription's charge takes effect, once: compare-and-set as of a payment's.
struct charge_refund {
    std::string transaction_id;        ///< of the refund
    std::string charge_transaction_id; ///< of the charge
    std::int64_t expected_cents = 0;   ///< given back before it
    std::int64_t refunded_cents = 0;   ///< and with it
    tokens tokens_due = 0;             ///< that the lot has to give up, or owes
};

/// A webhook as it came, and what was made of it (gateway_notifications). Repeats of one notification share a
/// business key: the first is archived, later ones raise its counter.
struct notification_record {
    std::string type;         ///< "check", "pay", …
    std::string business_key; ///< unique, e.g. "pay:900000001"
    std::string body;         ///< raw, as received
    std::string content_type;
    std::string verdict; ///< e.g. "credited", "duplicate", "amount_mismatch"
    std::string reply;   ///< the JSON that was answered
    std::optional<payment_id> payment;
};

/// The answer of a finished request, kept so that a repeat gets the same bytes.
struct idempotency_record {
    std::string key;         ///< as the client chose it, unquoted
    std::string fingerprint; ///< hex digest of method, path and body
    std::int32_t response_status = 0;
    std::string response_body;
    std::string response_location; ///< "" = no Location header
    instant expires_at;
};

/// What happened, for each endpoint of the user that wants to hear of it: an outgoing webhook. The same
/// commit queues it in the outbox.
struct webhook_event {
    std::string id;      ///< unique; whoever gets it twice knows it by this
    std::string type;    ///< of webhook_event_types()
    std::string payload; ///< the body, a JSON object: {type, timestamp, data}
};

/// Something to deliver after the commit.
struct outbox_message {
    std::string kind;    ///< "mail"
    std::string payload; ///< JSON object
};

/// Everything that one command changes.
struct change_set {
    user_id user;
    instant at; ///< created_at and updated_at of all rows written
    /// Which life of a wallet decided it; 0 when it stands alone. Once a change set is rejected, so are the
    /// later ones of the same life: they were decided on a state that never came true.
    std::uint64_t life = 0;
    std::vector<new_purchase> new_purchases;
    std::vector<purchase_change> purchase_changes;
    std::vector<debt_change> debt_changes;
    std::vector<journal_entry> journal;
    std::vector<new_generation> new_generations;
    std::vector<generation_change> generation_changes;
    std::vector<generation_run_change> run_changes;
    std::vector<new_image> new_images;
    std::vector<new_payment> new_payments;
    std::vector<payment_change> payment_changes;
    std::vector<gateway_refund> refunds;
    std::vector<refund_application> refund_applications;
    std::vector<subscription_change> subscription_changes;
    std::vector<charge_refund> charge_refunds;
    std::vector<notification_record> notifications;
    std::vector<idempotency_record> idempotency;
    std::vector<webhook_event> webhook_events;
    std::vector<outbox_message> outbox;

    change_set() = default;
    change_set(user_id u, instant t) : user{u}, at{t} {}
    change_set(user_id u, instant t, std::uint64_t l) : user{u}, at{t}, life{l} {}
};

} // namespace atelier
