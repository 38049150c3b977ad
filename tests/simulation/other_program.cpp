#include "tests/simulation/other_program.hpp"

#include "actors/domain/wallet.hpp"
#include "actors/subscription.hpp"
#include "tests/simulation/process.hpp"

#include <algorithm>
#include <utility>

namespace atelier::test {

using namespace std::chrono_literals;

subscription other_program::load(user_id user) {
    auto book = tables_.subscription_of(user).book;
    if (!book.row.id)
        book.row.id = subscription_id{ids_.next(id_sequence::subscriptions)};
    return {std::move(book), {{true}, process::subscription_grace}};
}

void other_program::commit(const subscription& before, subscription_change change, change_set with,
                           stamp when) {
    auto after = before;
    after.apply(change);
    change.row.look_again_at = after.look_again_at(with.at);
    with.subscription_changes.push_back(std::move(change));
    for (const auto& verdict : tables_.commit({std::move(with)}, when))
        if (!verdict.committed())
            tables_.complaints.emplace_back("what another program does is refused");
}

std::string other_program::order(user_id user, const plan_terms& terms, bool by_token, instant now) {
    const auto subject = load(user);
    const auto& row = subject.row();
    auto invoice = subscription_invoice(user, row.id, row.revision + 1);
    auto ordered = subject.decide_order(terms, by_token, invoice, now, now + 1h);
    if (by_token)
        ordered->change->card_token = card_token;
    commit(subject, *ordered->change, {user, now});
    return invoice;
}

void other_program::cancel(user_id user, instant now) {
    const auto subject = load(user);
    if (auto change = *subject.decide_cancel(now))
        commit(subject, *std::move(change), {user, now});
}

void other_program::change_plan(user_id user, const plan_terms& terms, instant now) {
    const auto subject = load(user);
    auto changed = subject.decide_plan(terms, "", now, now + 1h);
    commit(subject, *changed->change, {user, now});
}

void other_program::hear(const notification& said, instant now, stamp when) {
    const auto user = subscriber_of(said, said.invoice_id, said.subscription_id).value();
    const auto loaded = tables_.subscription_of(user);
    const auto subject = load(user);
    auto decision = subject.decide(facts_of(said), now);
    change_set with{user, now};
    if (decision.refund)
        with.refunds.push_back(
            {said.transaction_id, said.payment_transaction_id, said.amount_cents.value_or(0)});
    if (!decision.change) {
        (void)tables_.commit({std::move(with)}, when);
        return;
    }
    auto& change = *decision.change;
    change.card_token = said.token;
    if (change.charge && change.charge->tokens_amount > 0) {
        auto credit =
            wallet::decide_credit(user, operation::subscription, loaded.package, change.charge->tokens_amount,
                                  now, *change.lot_expires_at, std::nullopt, ids_);
        with.new_purchases = credit->new_purchases;
        with.journal = credit->journal;
        change.charge->lot = with.new_purchases.front().id;
        has_credited_ = true;
    }
    for (const auto& move : change.moved) {
        const auto lot = tables_.subscriptions.find_charge(move.transaction_id)->lot;
        if (!lot || move.period.end <= move.expected.end)
            continue;
        const auto& row = tables_.lots.at(lot);
        with.purchase_changes.push_back(
            {lot, row.remaining, row.remaining, row.expires_at + (move.period.end - move.expected.end)});
    }
    commit(subject, std::move(change), std::move(with), when);
}

} // namespace atelier::test
