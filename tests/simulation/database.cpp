#include "tests/simulation/database.hpp"

#include "persistence/batch.hpp"

#include <algorithm>
#include <unordered_set>

namespace atelier::test {

std::vector<verdict> database::commit(const std::vector<change_set>& batch, stamp when) {
    const auto before = lots;
    std::vector<verdict> verdicts(batch.size());
    std::unordered_set<std::uint64_t> ended;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto& set = batch[i];
        if (ended.contains(set.life)) {
            verdicts[i].kind = verdict_kind::superseded;
            continue;
        }
        verdicts[i].kind = judge(set);
        if (verdicts[i].committed()) {
            write(set, when);
            continue;
        }
        if (set.life != 0)
            ended.insert(set.life);
        if (bugs.torn_change_sets)
            write_journal(set, when);
    }
    if (!bugs.lots_without_guard)
        compare_with_join(batch, verdicts, before);
    return verdicts;
}

verdict_kind database::judge(const change_set& set) const {
    if (!subscriptions.unique(set)) // the statement ends there, before it counts what fits
        return verdict_kind::duplicate_key;
    if (!compare(set))
        return verdict_kind::guard;
    if (!unique(set))
        return verdict_kind::duplicate_key;
    return refers(set) ? verdict_kind::committed : verdict_kind::invalid;
}

bool database::compare(const change_set& set) const {
    const auto lot_fits = [this](const purchase_change& change) {
        const auto found = lots.find(change.id);
        return found != lots.end() && (bugs.lots_without_guard || found->second.remaining == change.expected);
    };
    const auto generation_fits = [this](const generation_change& change) {
        const auto found = generations.find(change.id);
        return found != generations.end() &&
               (bugs.generations_without_guard || found->second.status == change.expected);
    };
    const auto payment_fits = [this](const payment_change& change) {
        const auto found = payments.find(change.id);
        return found != payments.end() && found->second.status == change.expected;
    };
    const auto debt_fits = [this](const debt_change& change) {
        const auto found = debts.find(change.id);
        return (found == debts.end() ? 0 : found->second) == change.expected;
    };
    const auto refund_fits = [this](const refund_application& application) {
        const auto found = refunds.find(application.transaction_id);
        return found != refunds.end() && !found->second.applied &&
               payments.at(application.payment).refunded_cents == application.expected_cents;
    };
    const auto charge_refund_fits = [this](const charge_refund& refund) {
        const auto found = refunds.find(refund.transaction_id);
        return found != refunds.end() && !found->second.applied;
    };
    return subscriptions.compare(set) && std::ranges::all_of(set.charge_refunds, charge_refund_fits) &&
           std::ranges::all_of(set.purchase_changes, lot_fits) &&
           std::ranges::all_of(set.debt_changes, debt_fits) &&
           std::ranges::all_of(set.refund_applications, refund_fits) &&
           std::ranges::all_of(set.generation_changes, generation_fits) &&
           std::ranges::all_of(set.payment_changes, payment_fits);
}

bool database::unique(const change_set& set) const {
    const auto unused = [&](const idempotency_record& row) {
        const auto found = idempotency.find({set.user, row.key});
        return bugs.keys_not_unique || found == idempotency.end() || found->second.expires_at <= set.at;
    };
    return std::ranges::all_of(set.idempotency, unused) &&
           std::ranges::none_of(set.new_purchases,
                                [this](const auto& row) {
                                    return lots.contains(row.id) ||
                                           (row.payment && payment_purchases.contains(*row.payment));
                                }) &&
           std::ranges::none_of(set.new_generations,
                                [this](const auto& row) { return generations.contains(row.id); }) &&
           std::ranges::none_of(set.new_images,
                                [this](const auto& row) { return images.contains(row.id); }) &&
           std::ranges::none_of(set.new_payments,
                                [this](const auto& row) { return payments.contains(row.id); }) &&
           std::ranges::none_of(set.journal,
                                [this](const auto& row) { return journal_ids_.contains(row.id); });
}

bool database::refers(const change_set& set) const {
    return subscriptions.refers(set) &&
           std::ranges::all_of(set.purchase_changes,
                               [](const auto& change) { return change.remaining >= 0; }) &&
           std::ranges::all_of(set.journal, [&](const auto& row) {
               return lots.contains(row.purchase) ||
                      std::ranges::find(set.new_purchases, row.purchase, &new_purchase::id) !=
                          set.new_purchases.end();
           });
}

void database::write(const change_set& set, stamp when) {
    for (const auto& row : set.new_purchases) {
        lots[row.id] = {set.user,       row.remaining,  row.purchased_at,
                        row.expires_at, row.expires_at, row.package};
        if (row.payment)
            payment_purchases[*row.payment] = row.id;
    }
    for (const auto& change : set.purchase_changes) {
        auto& changed = lots.at(change.id);
        changed.remaining = change.remaining;
        changed.expires_at = change.expires_at.value_or(changed.expires_at);
    }
    for (const auto& row : set.new_generations)
        generations[row.id] = {set.user,  generation_status::queued,
                               row.cost,  row.seed,
                               false,     false,
                               row.style, row.parameters,
                               set.at,    row.deadline};
    for (const auto& row : set.new_images)
        images[row.id] = row.metadata;
    for (const auto& change : set.generation_changes) {
        if (bugs.failures_stay_open && change.status == generation_status::failed)
            continue;
        auto& changed = generations.at(change.id);
        changed.status = change.status;
        changed.error = change.error;
        changed.output = change.output_image;
        changed.has_output = changed.has_output || change.output_image;
    }
    for (const auto& run : set.run_changes) {
        auto& kept = generations.at(run.id).run;
        if (!run.engine.empty()) {
            kept.engine = run.engine;
            kept.engine_job = run.engine_job;
        }
        kept.attempt = run.attempt != 0 ? run.attempt : kept.attempt;
        kept.started_at = run.started_at ? run.started_at : kept.started_at;
        kept.finished_at = run.finished_at ? run.finished_at : kept.finished_at;
    }
    for (const auto& row : set.new_payments)
        payments[row.id] = {set.user, payment_status::pending, row.amount_cents, "", row.invoice_id};
    for (const auto& change : set.payment_changes) {
        auto& changed = payments.at(change.id);
        changed.status = change.status;
        if (!change.cloudpayments_transaction_id.empty())
            changed.transaction = change.cloudpayments_transaction_id;
    }
    for (const auto& row : set.refunds)
        refunds.try_emplace(row.transaction_id, refund{row.payment_transaction_id, row.amount_cents});
    for (const auto& row : set.refund_applications) {
        refunds.at(row.transaction_id).applied = true;
        payments.at(row.payment).refunded_cents = row.refunded_cents;
    }
    subscriptions.write(set);
    for (const auto& row : set.charge_refunds)
        refunds.at(row.transaction_id).applied = true;
    for (const auto& change : set.debt_changes)
        debts[change.id] = change.debt;
    for (const auto& row : set.idempotency)
        idempotency[{set.user, row.key}] = row;
    write_journal(set, when);
}

void database::write_journal(const change_set& set, stamp when) {
    ++decisions_;
    for (const auto& row : set.journal) {
        journal_ids_.insert(row.id);
        journal.push_back(
            {set.user,
             {row.id, row.purchase, row.generation, row.op, row.amount, set.at, decisions_, false, when}});
    }
}

/// The real batch of what was committed must say the same, however its changes were joined.
void database::compare_with_join(const std::vector<change_set>& batch, const std::vector<verdict>& verdicts,
                                 const std::map<purchase_id, lot>& before) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (verdicts[i].committed())
            which.push_back(i);
    const auto [data, contradiction] = join(batch, which);
    if (contradiction && !bugs.generations_without_guard && !bugs.keys_not_unique)
        complaints.push_back("a batch of fitting change sets cannot be joined: " + contradiction->why.detail);
    if (contradiction)
        return;
    for (std::size_t i = 0; i < data.lots.id.size(); ++i) {
        const auto old = before.find(data.lots.id[i]);
        if ((old != before.end() && old->second.remaining != data.lots.expected[i]) ||
            lots.at(data.lots.id[i]).remaining != data.lots.remaining[i])
            complaints.push_back("a joined batch changes lot " + std::to_string(data.lots.id[i].value) +
                                 " in another way than its change sets");
    }
}

void database::foreign_spend(generation_id generation, purchase_id lot, tokens amount, transaction_id row,
                             instant at, stamp when) {
    auto& changed = lots.at(lot);
    changed.remaining -= amount;
    generations[generation] = {changed.user, generation_status::queued, amount, 0, false, true};
    journal_ids_.insert(row);
    journal.push_back(
        {changed.user, {row, lot, generation, operation::spend, -amount, at, ++decisions_, true, when}});
}

void database::foreign_grant(user_id user, purchase_id lot, tokens amount, instant expires_at,
                             transaction_id row, instant at, stamp when, bool foreign) {
    lots[lot] = {user, amount, at, expires_at, expires_at, {}};
    journal_ids_.insert(row);
    journal.push_back(
        {user, {row, lot, std::nullopt, operation::grant, amount, at, ++decisions_, foreign, when}});
}

std::vector<purchase_record> database::wallet_of(user_id user) const {
    std::set<purchase_id> open;
    for (const auto& [id, row] : generations)
        if (row.user == user && !is_final(row.status))
            for (const auto& part : spends_of(id))
                open.insert(part.purchase);
    std::vector<purchase_record> loaded;
    for (const auto& [id, row] : lots)
        if (row.user == user && (row.remaining > 0 || open.contains(id)))
            loaded.push_back({id, token_package_id{1}, row.remaining, row.purchased_at, row.expires_at});
    for (auto& one : loaded)
        if (const auto debt = debts.find(one.id); debt != debts.end())
            one.debt = debt->second;
    return loaded;
}

namespace {

payment_record record_of(payment_id id, const database::payment& row) {
    payment_record record;
    record.id = id;
    record.user = row.user;
    record.package = token_package_id{1};
    record.amount_cents = row.amount_cents;
    record.currency = "RUB";
    record.status = row.status;
    record.cloudpayments_transaction_id = row.transaction;
    record.invoice_id = row.invoice;
    record.expires_at = instant::max();
    record.tokens_amount = row.tokens_amount;
    record.validity_days = 90;
    record.refunded_cents = row.refunded_cents;
    return record;
}

} // namespace

outcome<payment_record> database::payment_of_invoice(const std::string& invoice) const {
    for (const auto& [id, row] : payments)
        if (row.invoice == invoice)
            return record_of(id, row);
    return errc::not_found;
}

outcome<payment_record> database::payment_of_transaction(const std::string& transaction) const {
    for (const auto& [id, row] : payments)
        if (row.transaction == transaction)
            return record_of(id, row);
    return errc::not_found;
}

payment_refunds database::refunds_of(payment_id payment, const std::string& transaction) const {
    payment_refunds found;
    for (const auto& [id, row] : refunds)
        if (row.payment_transaction == transaction && !row.applied)
            found.waiting.push_back({id, row.payment_transaction, row.amount_cents});
    const auto bought = payment_purchases.find(payment);
    if (bought == payment_purchases.end())
        return found;
    found.lot = lot_of(bought->second);
    found.credited = payments.at(payment).tokens_amount;
    return found;
}

purchase_record database::lot_of(purchase_id id) const {
    const auto& row = lots.at(id);
    purchase_record lot{id, row.package, row.remaining, row.purchased_at, row.expires_at};
    if (const auto debt = debts.find(id); debt != debts.end())
        lot.debt = debt->second;
    return lot;
}

std::vector<std::string> database::invoices_with_refunds() const {
    std::vector<std::string> found;
    for (const auto& [id, row] : payments)
        if (is_credited(row.status) && std::ranges::any_of(refunds, [&row = row](const auto& refund) {
                return refund.second.payment_transaction == row.transaction && !refund.second.applied;
            }))
            found.push_back(row.invoice);
    return found;
}

loaded_subscription database::subscription_of(user_id user) const {
    loaded_subscription loaded;
    loaded.package = token_package_id{2};
    const auto known = subscriptions.books.find(user);
    if (known == subscriptions.books.end()) {
        loaded.book.row.user = user;
        return loaded;
    }
    loaded.book = known->second;
    if (const auto card = subscriptions.cards.find(user); card != subscriptions.cards.end())
        loaded.card_token = card->second;
    for (const auto& [id, row] : refunds) {
        const auto charge = std::ranges::find(loaded.book.charges, row.payment_transaction,
                                              &subscription_charge::transaction_id);
        if (row.applied || charge == loaded.book.charges.end())
            continue;
        loaded.refunds.push_back({id, row.payment_transaction, row.amount_cents});
        if (charge->lot && std::ranges::count(loaded.lots, charge->lot, &purchase_record::id) == 0)
            loaded.lots.push_back(lot_of(charge->lot));
    }
    return loaded;
}

std::vector<user_id> database::subscribers_to_attend(instant now) const {
    std::vector<user_id> found;
    for (const auto& [user, book] : subscriptions.books) {
        const auto& charges = book.charges;
        const bool refund_waits = std::ranges::any_of(refunds, [&](const auto& row) {
            return !row.second.applied && std::ranges::count(charges, row.second.payment_transaction,
                                                             &subscription_charge::transaction_id) > 0;
        });
        if (refund_waits || (book.row.look_again_at && *book.row.look_again_at <= now))
            found.push_back(user);
    }
    return found;
}

outcome<generation_job> database::job_of(generation_id generation) const {
    const auto found = generations.find(generation);
    if (found == generations.end())
        return errc::not_found;
    const auto& row = found->second;
    generation_job job;
    auto& g = job.generation;
    g.id = generation;
    g.user = row.user;
    g.output_image = row.output;
    g.style = row.style;
    g.status = row.status;
    g.error = row.error;
    g.cost = row.cost;
    g.seed = row.seed;
    g.parameters = row.parameters;
    g.attempt = row.run.attempt + (bugs.counts_attaching && !row.run.engine_job.empty() ? 1 : 0);
    g.engine = row.run.engine;
    g.engine_job = row.run.engine_job;
    g.deadline = row.deadline;
    g.created_at = row.created_at;
    g.started_at = row.run.started_at;
    g.finished_at = row.run.finished_at;
    if (!is_final(row.status))
        g.spends = spends_of(generation);
    job.input.key = "photoofaroomthatsomebodysent";
    job.input.room_type = "kitchen";
    job.style.prompt = "A bright {room_type}";
    return job;
}

std::vector<spend_part> database::spends_of(generation_id generation) const {
    std::vector<spend_part> parts;
    for (const auto& [user, row] : journal)
        if (row.generation == generation && row.op == operation::spend)
            parts.push_back({row.lot, -row.amount});
    return parts;
}

} // namespace atelier::test
