#pragma once

#include "actors/domain/change_set.hpp"
#include "persistence/committer.hpp"
#include "persistence/subscription_batch.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace atelier {

/// Many change sets as columns for each table, ready to be written by one statement a table. Repeated changes
/// of one row are joined to the first expected and the last new value. Texts are views into the change sets.
struct batch {
    struct {
        std::vector<purchase_id> id;
        std::vector<user_id> user;
        std::vector<token_package_id> package;
        std::vector<tokens> remaining;
        std::vector<instant> purchased_at;
        std::vector<instant> expires_at;
        std::vector<std::optional<payment_id>> payment;
        std::vector<instant> at;
    } purchases;

    struct {
        std::vector<purchase_id> id;
        std::vector<user_id> user;
        std::vector<tokens> expected;
        std::vector<tokens> remaining;
        std::vector<std::optional<instant>> expires_at;
        std::vector<instant> at;
        std::vector<std::size_t> origin; ///< number of the change set that changed it first
    } lots;

    struct {
        std::vector<purchase_id> id;
        std::vector<tokens> expected;
        std::vector<tokens> debt;
        std::vector<instant> at;
        std::vector<std::size_t> origin;
    } debts;

    struct {
        std::vector<transaction_id> id;
        std::vector<user_id> user;
        std::vector<purchase_id> purchase;
        std::vector<std::optional<generation_id>> generation;
        std::vector<std::string_view> operation;
        std::vector<tokens> amount;
        std::vector<instant> at;
    } journal;

    struct {
        std::vector<transaction_id> transaction;
        std::vector<instant> expires_at;
        std::vector<instant> at;
    } reopenings;

    struct {
        std::vector<generation_id> id;
        std::vector<user_id> user;
        std::vector<image_id> input_image;
        std::vector<style_id> style;
        std::vector<tokens> cost;
        std::vector<std::int64_t> seed;
        std::vector<std::string_view> parameters;
        std::vector<instant> deadline;
        std::vector<instant> at;
    } generations;

    struct {
        std::vector<generation_id> id;
        std::vector<user_id> user;
        std::vector<std::string_view> expected;
        std::vector<std::string_view> status;
        std::vector<std::optional<image_id>> output_image;
        std::vector<std::string_view> error;
        std::vector<instant> at;
        std::vector<std::size_t> origin;
    } generation_changes;

    struct {
        std::vector<generation_id> id;
        std::vector<std::string_view> engine;
        std::vector<std::string_view> engine_job;
        std::vector<std::int32_t> attempt;
        std::vector<std::optional<instant>> started_at;
        std::vector<std::optional<instant>> finished_at;
        std::vector<instant> at;
    } runs;

    struct {
        std::vector<image_id> id;
        std::vector<user_id> user;
        std::vector<std::string_view> kind;
        std::vector<std::string_view> room_type;
        std::vector<std::string_view> metadata;
        std::vector<blob_id> blob;
        std::vector<std::string_view> key;
        std::vector<std::string_view> filename;
        std::vector<std::string_view> content_type;
        std::vector<std::string_view> blob_metadata;
        std::vector<std::string_view> service_name;
        std::vector<std::int64_t> byte_size;
        std::vector<std::string_view> checksum;
        std::vector<attachment_id> attachment;
        std::vector<instant> at;
    } images;

    struct {
        std::vector<payment_id> id;
        std::vector<user_id> user;
        std::vector<token_package_id> package;
        std::vector<std::int64_t> amount_cents;
        std::vector<std::string_view> currency;
        std::vector<std::string_view> invoice_id;
        std::vector<instant> expires_at;
        std::vector<instant> at;
    } payments;

    struct {
        std::vector<payment_id> id;
        std::vector<std::string_view> expected;
        std::vector<std::string_view> status;
        std::vector<std::string_view> transaction_id;
        std::vector<std::string_view> card_type;
        std::vector<std::string_view> card_last_four;
        std::vector<std::optional<instant>> paid_at;
        std::vector<instant> at;
        std::vector<std::size_t> origin;
    } payment_changes;

    struct {
        std::vector<std::string_view> transaction_id;
        std::vector<std::string_view> payment_transaction_id;
        std::vector<std::int64_t> amount_cents;
        std::vector<instant> at;
    } refunds;

    struct {
        std::vector<std::string_view> transaction_id;
        std::vector<payment_id> payment;
        std::vector<std::int64_t> expected_cents;
        std::vector<std::int64_t> refunded_cents;
        std::vector<tokens> tokens_due;
        std::vector<instant> at;
        std::vector<std::size_t> origin;
    } refund_applications;

    subscription_batch subscriptions;

    struct {
        std::vector<std::string_view> business_key;
        std::vector<std::string_view> type;
        std::vector<std::string_view> body;
        std::vector<std::string_view> content_type;
        std::vector<std::string_view> verdict;
        std::vector<std::string_view> reply;
        std::vector<std::optional<payment_id>> payment;
        std::vector<std::int32_t> deliveries;
        std::vector<instant> at;
    } notifications;

    struct {
        std::vector<user_id> user;
        std::vector<std::string_view> key;
        std::vector<std::string_view> fingerprint;
        std::vector<std::int32_t> response_status;
        std::vector<std::string_view> response_body;
        std::vector<std::string_view> response_location;
        std::vector<instant> expires_at;
        std::vector<instant> at;
        std::vector<std::size_t> origin;
    } idempotency;

    struct {
        std::vector<user_id> user;
        std::vector<std::string_view> id;
        std::vector<std::string_view> type;
        std::vector<std::string_view> payload;
        std::vector<instant> at;
    } webhook_events;

    struct {
        std::vector<std::string_view> kind;
        std::vector<std::string_view> payload;
        std::vector<instant> at;
    } outbox;

    /// Rows that it inserts or updates, without the webhooks, whose number the database knows.
    [[nodiscard]] std::size_t rows() const;
};

/// A change set that cannot be committed, and why.
struct rejection {
    std::size_t origin = 0; ///< number of the change set
    verdict why;
};

struct joined {
    batch data;
    /// The first change set that contradicts an earlier one of the batch: it expects another value than the
    /// earlier one leaves (`guard`), or uses its idempotency key (`duplicate_key`). Then `data` must not be
    /// used.
    std::optional<rejection> contradiction;
};

/// Joins the change sets with the numbers `which`, in that order. The batch refers to `all`, which must
/// outlive it.
[[nodiscard]] joined join(const std::vector<change_set>& all, std::span<const std::size_t> which);

} // namespace atelier
