#include "persistence/batch.hpp"

#include <unordered_map>
#include <unordered_set>

namespace atelier {
namespace {

using row_numbers = std::unordered_map<std::int64_t, std::size_t>;

/// Takes up change sets one after the other.
class joiner {
public:
    explicit joiner(batch& to) : to_{to} {}

    std::optional<rejection> add(std::size_t origin, const change_set& set) {
        origin_ = origin;
        add_rows(set);
        return add_changes(set);
    }

private:
    void add_rows(const change_set& set) {
        for (const auto& row : set.new_purchases)
            add(set, row);
        for (const auto& row : set.journal)
            add(set, row);
        for (const auto& row : set.new_generations)
            add(set, row);
        for (const auto& row : set.new_images)
            add(set, row);
        for (const auto& row : set.new_payments)
            add(set, row);
        for (const auto& row : set.run_changes)
            add(set, row);
        for (const auto& row : set.notifications)
            add(set, row);
        for (const auto& row : set.refunds)
            add(set, row);
        for (const auto& row : set.webhook_events)
            add(set, row);
        for (const auto& row : set.outbox)
            add(set, row);
    }

    /// The rows that name what they expect to find.
    std::optional<rejection> add_changes(const change_set& set) {
        bool fits = true;
        for (const auto& change : set.purchase_changes)
            fits = fits && add(set, change);
        for (const auto& change : set.generation_changes)
            fits = fits && add(set, change);
        for (const auto& change : set.payment_changes)
            fits = fits && add(set, change);
        for (const auto& change : set.debt_changes)
            fits = fits && add(set, change);
        for (const auto& application : set.refund_applications)
            fits = fits && add(set, application);
        fits = fits && to_.subscriptions.add(origin_, set);
        if (!fits)
            return rejection{origin_,
                             {verdict_kind::guard, "contradicts an earlier change set of the batch"}};
        for (const auto& row : set.idempotency)
            if (!add(set, row))
                return rejection{origin_,
                                 {verdict_kind::duplicate_key, "idempotency key used twice in the batch"}};
        return std::nullopt;
    }

    void add(const change_set& set, const new_purchase& row) {
        auto& c = to_.purchases;
        created_lots_.emplace(row.id.value, row.remaining);
        c.id.push_back(row.id);
        c.user.push_back(set.user);
        c.package.push_back(row.package);
        c.remaining.push_back(row.remaining);
        c.purchased_at.push_back(row.purchased_at);
        c.expires_at.push_back(row.expires_at);
        c.payment.push_back(row.payment);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const journal_entry& row) {
        auto& c = to_.journal;
        c.id.push_back(row.id);
        c.user.push_back(set.user);
        c.purchase.push_back(row.purchase);
        c.generation.push_back(row.generation);
        c.operation.push_back(to_string(row.op));
        c.amount.push_back(row.amount);
        c.at.push_back(set.at);
        if (row.reopened_until) {
            to_.reopenings.transaction.push_back(row.id);
            to_.reopenings.expires_at.push_back(*row.reopened_until);
            to_.reopenings.at.push_back(set.at);
        }
    }

    void add(const change_set& set, const new_generation& row) {
        auto& c = to_.generations;
        created_generations_.insert(row.id.value);
        c.id.push_back(row.id);
        c.user.push_back(set.user);
        c.input_image.push_back(row.input_image);
        c.style.push_back(row.style);
        c.cost.push_back(row.cost);
        c.seed.push_back(row.seed);
        c.parameters.push_back(row.parameters);
        c.deadline.push_back(row.deadline);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const new_image& row) {
        auto& c = to_.images;
        c.id.push_back(row.id);
        c.user.push_back(set.user);
        c.kind.emplace_back(row.output ? "output" : "input");
        c.room_type.push_back(row.room_type);
        c.metadata.push_back(row.metadata);
        c.blob.push_back(row.blob);
        c.key.push_back(row.key);
        c.filename.push_back(row.filename);
        c.content_type.push_back(row.content_type);
        c.blob_metadata.push_back(row.blob_metadata);
        c.service_name.push_back(row.service_name);
        c.byte_size.push_back(row.byte_size);
        c.checksum.push_back(row.checksum);
        c.attachment.push_back(row.attachment);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const new_payment& row) {
        auto& c = to_.payments;
        created_payments_.insert(row.id.value);
        c.id.push_back(row.id);
        c.user.push_back(set.user);
        c.package.push_back(row.package);
        c.amount_cents.push_back(row.amount_cents);
        c.currency.push_back(row.currency);
        c.invoice_id.push_back(row.invoice_id);
        c.expires_at.push_back(row.expires_at);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const generation_run_change& row) {
        auto& c = to_.runs;
        const auto [known, fresh] = runs_.try_emplace(row.id.value, c.id.size());
        if (fresh) {
            c.id.push_back(row.id);
            c.engine.push_back(row.engine);
            c.engine_job.push_back(row.engine_job);
            c.attempt.push_back(row.attempt);
            c.started_at.push_back(row.started_at);
            c.finished_at.push_back(row.finished_at);
            c.at.push_back(set.at);
            return;
        }
        const auto i = known->second;
        if (!row.engine.empty()) {
            c.engine[i] = row.engine;
            c.engine_job[i] = row.engine_job;
        }
        if (row.attempt != 0)
            c.attempt[i] = row.attempt;
        if (row.started_at)
            c.started_at[i] = row.started_at;
        if (row.finished_at)
            c.finished_at[i] = row.finished_at;
        c.at[i] = set.at;
    }

    void add(const change_set& set, const notification_record& row) {
        auto& c = to_.notifications;
        const auto [known, fresh] = notifications_.try_emplace(row.business_key, c.type.size());
        if (!fresh) {
            ++c.deliveries[known->second];
            return;
        }
        c.business_key.push_back(row.business_key);
        c.type.push_back(row.type);
        c.body.push_back(row.body);
        c.content_type.push_back(row.content_type);
        c.verdict.push_back(row.verdict);
        c.reply.push_back(row.reply);
        c.payment.push_back(row.payment);
        c.deliveries.push_back(1);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const gateway_refund& row) {
        auto& c = to_.refunds;
        if (!refunds_.insert(row.transaction_id).second)
            return;
        c.transaction_id.push_back(row.transaction_id);
        c.payment_transaction_id.push_back(row.payment_transaction_id);
        c.amount_cents.push_back(row.amount_cents);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const webhook_event& row) {
        auto& c = to_.webhook_events;
        c.user.push_back(set.user);
        c.id.push_back(row.id);
        c.type.push_back(row.type);
        c.payload.push_back(row.payload);
        c.at.push_back(set.at);
    }

    void add(const change_set& set, const outbox_message& row) {
        auto& c = to_.outbox;
        c.kind.push_back(row.kind);
        c.payload.push_back(row.payload);
        c.at.push_back(set.at);
    }

    bool add(const change_set& set, const purchase_change& change) {
        auto& c = to_.lots;
        const auto [known, fresh] = lots_.try_emplace(change.id.value, c.id.size());
        if (fresh) {
            const auto created = created_lots_.find(change.id.value);
            c.id.push_back(change.id);
            c.user.push_back(set.user);
            c.expected.push_back(change.expected);
            c.remaining.push_back(change.remaining);
            c.expires_at.push_back(change.expires_at);
            c.at.push_back(set.at);
            c.origin.push_back(origin_);
            return created == created_lots_.end() || created->second == change.expected;
        }
        const auto i = known->second;
        if (c.remaining[i] != change.expected)
            return false;
        c.remaining[i] = change.remaining;
        if (change.expires_at)
            c.expires_at[i] = change.expires_at;
        c.at[i] = set.at;
        return true;
    }

    bool add(const change_set& set, const generation_change& change) {
        auto& c = to_.generation_changes;
        const auto [known, fresh] = generations_.try_emplace(change.id.value, c.id.size());
        if (fresh) {
            c.id.push_back(change.id);
            c.user.push_back(set.user);
            c.expected.push_back(to_string(change.expected));
            c.status.push_back(to_string(change.status));
            c.output_image.push_back(change.output_image);
            c.error.push_back(change.error);
            c.at.push_back(set.at);
            c.origin.push_back(origin_);
            return !created_generations_.contains(change.id.value) ||
                   change.expected == generation_status::queued;
        }
        const auto i = known->second;
        if (c.status[i] != to_string(change.expected))
            return false;
        c.status[i] = to_string(change.status);
        if (change.output_image)
            c.output_image[i] = change.output_image;
        if (!change.error.empty())
            c.error[i] = change.error;
        c.at[i] = set.at;
        return true;
    }

    bool add(const change_set& set, const payment_change& change) {
        auto& c = to_.payment_changes;
        const auto [known, fresh] = payments_.try_emplace(change.id.value, c.id.size());
        if (fresh) {
            c.id.push_back(change.id);
            c.expected.push_back(to_string(change.expected));
            c.status.push_back(to_string(change.status));
            c.transaction_id.push_back(change.cloudpayments_transaction_id);
            c.card_type.push_back(change.card_type);
            c.card_last_four.push_back(change.card_last_four);
            c.paid_at.push_back(change.paid_at);
            c.at.push_back(set.at);
            c.origin.push_back(origin_);
            return !created_payments_.contains(change.id.value) || change.expected == payment_status::pending;
        }
        const auto i = known->second;
        if (c.status[i] != to_string(change.expected))
            return false;
        c.status[i] = to_string(change.status);
        overwrite(c.transaction_id[i], change.cloudpayments_transaction_id);
        overwrite(c.card_type[i], change.card_type);
        overwrite(c.card_last_four[i], change.card_last_four);
        if (change.paid_at)
            c.paid_at[i] = change.paid_at;
        c.at[i] = set.at;
        return true;
    }

    bool add(const change_set& set, const debt_change& change) {
        auto& c = to_.debts;
        const auto [known, fresh] = debts_.try_emplace(change.id.value, c.id.size());
        if (fresh) {
            c.id.push_back(change.id);
            c.expected.push_back(change.expected);
            c.debt.push_back(change.debt);
            c.at.push_back(set.at);
            c.origin.push_back(origin_);
            return true;
        }
        const auto i = known->second;
        if (c.debt[i] != change.expected)
            return false;
        c.debt[i] = change.debt;
        c.at[i] = set.at;
        return true;
    }

    /// One at a time for each payment: whoever decides the next one waits for the last.
    bool add(const change_set& set, const refund_application& row) {
        auto& c = to_.refund_applications;
        if (!refunded_payments_.insert(row.payment.value).second)
            return false;
        c.transaction_id.push_back(row.transaction_id);
        c.payment.push_back(row.payment);
        c.expected_cents.push_back(row.expected_cents);
        c.refunded_cents.push_back(row.refunded_cents);
        c.tokens_due.push_back(row.tokens_due);
        c.at.push_back(set.at);
        c.origin.push_back(origin_);
        return true;
    }

    bool add(const change_set& set, const idempotency_record& row) {
        auto& c = to_.idempotency;
        if (!keys_.insert(std::to_string(set.user.value) + ' ' + row.key).second)
            return false;
        c.user.push_back(set.user);
        c.key.push_back(row.key);
        c.fingerprint.push_back(row.fingerprint);
        c.response_status.push_back(row.response_status);
        c.response_body.push_back(row.response_body);
        c.response_location.push_back(row.response_location);
        c.expires_at.push_back(row.expires_at);
        c.at.push_back(set.at);
        c.origin.push_back(origin_);
        return true;
    }

    static void overwrite(std::string_view& column, std::string_view value) {
        if (!value.empty())
            column = value;
    }

    batch& to_;
    std::size_t origin_ = 0;
    row_numbers lots_;
    row_numbers generations_;
    row_numbers payments_;
    row_numbers runs_;
    row_numbers debts_;
    std::unordered_set<std::string_view> refunds_;
    std::unordered_set<std::int64_t> refunded_payments_;
    std::unordered_map<std::string_view, std::size_t> notifications_;
    std::unordered_set<std::string> keys_;
    std::unordered_map<std::int64_t, tokens> created_lots_;
    std::unordered_set<std::int64_t> created_generations_;
    std::unordered_set<std::int64_t> created_payments_;
};

} // namespace

std::size_t batch::rows() const {
    constexpr std::size_t tables_of_an_image = 3; // image, blob, attachment
    constexpr std::size_t tables_of_two = 2; // generation and run, payment and order, refund and its payment
    return purchases.id.size() + lots.id.size() + journal.id.size() + reopenings.transaction.size() +
           tables_of_two * generations.id.size() + generation_changes.id.size() + runs.id.size() +
           tables_of_an_image * images.id.size() + tables_of_two * payments.id.size() +
           payment_changes.id.size() + notifications.type.size() + idempotency.user.size() + debts.id.size() +
           refunds.transaction_id.size() + tables_of_two * refund_applications.payment.size() +
           subscriptions.rows() + outbox.kind.size();
}

joined join(const std::vector<change_set>& all, std::span<const std::size_t> which) {
    joined result;
    joiner joining{result.data};
    for (const auto origin : which) {
        result.contradiction = joining.add(origin, all[origin]);
        if (result.contradiction)
            break;
    }
    return result;
}

} // namespace atelier
