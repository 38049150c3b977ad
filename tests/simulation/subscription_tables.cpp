#include "tests/simulation/subscription_tables.hpp"

#include <algorithm>

namespace atelier::test {
namespace {

template <class Row, class Key>
Row* find_by(std::vector<Row>& rows, Key Row::*key, const Key& wanted) {
    const auto row = std::ranges::find(rows, wanted, key);
    return row == rows.end() ? nullptr : &*row;
}

void put(std::vector<subscription_order>& rows, const subscription_order& order) {
    auto* known = find_by(rows, &subscription_order::invoice_id, order.invoice_id);
    if (known == nullptr) {
        rows.push_back(order);
        return;
    }
    // What was ordered stays as it was.
    known->expires_at = order.expires_at;
    known->declined = order.declined;
    known->transaction_id = order.transaction_id;
}

} // namespace

bool subscription_tables::fits(user_id user, const subscription_change& change) const {
    const auto known = books.find(user);
    if (change.expected_revision == 0)
        return true; // a second row is not unique
    if (known == books.end())
        return false;
    const auto& row = known->second.row;
    const auto end = row.period ? std::optional{row.period->end} : std::nullopt;
    return without_guard || (row.id == change.row.id && row.status == change.expected_status &&
                             end == change.expected_period_end && row.revision == change.expected_revision);
}

bool subscription_tables::compare(const change_set& set) const {
    const auto refund_fits = [this](const charge_refund& refund) {
        const auto* charge = find_charge(refund.charge_transaction_id);
        return charge != nullptr && charge->refunded_cents == refund.expected_cents;
    };
    return std::ranges::all_of(set.subscription_changes,
                               [&](const auto& change) { return fits(set.user, change); }) &&
           std::ranges::all_of(set.charge_refunds, refund_fits);
}

bool subscription_tables::unique(const change_set& set) const {
    return std::ranges::none_of(set.subscription_changes, [&](const subscription_change& change) {
        return (change.expected_revision == 0 && books.contains(set.user)) ||
               (change.charge && find_charge(change.charge->transaction_id) != nullptr);
    });
}

bool subscription_tables::refers(const change_set& set) const {
    const auto is_own = [&](const subscription_at_gateway& gateway) {
        return std::ranges::none_of(books, [&](const auto& book) {
            return book.first != set.user &&
                   std::ranges::count(book.second.gateways, gateway.id, &subscription_at_gateway::id) > 0;
        });
    };
    return std::ranges::all_of(set.subscription_changes, [&](const subscription_change& change) {
        return std::ranges::all_of(change.gateways, is_own);
    });
}

void subscription_tables::write(const change_set& set) {
    for (const auto& change : set.subscription_changes) {
        auto& book = books[set.user];
        write(book, change);
        book.row.user = set.user;
        if (!change.card_token.empty())
            cards[set.user] = change.card_token;
        book.row.card_known = cards.contains(set.user);
    }
    for (const auto& refund : set.charge_refunds)
        for (auto& [user, book] : books)
            if (auto* charge =
                    find_by(book.charges, &subscription_charge::transaction_id, refund.charge_transaction_id))
                charge->refunded_cents = refund.refunded_cents;
}

void subscription_tables::write(subscription_book& book, const subscription_change& change) {
    book.row = change.row;
    book.row.revision = change.expected_revision + 1;
    for (const auto& move : change.moved)
        if (auto* charge = find_by(book.charges, &subscription_charge::transaction_id, move.transaction_id))
            charge->period = move.period;
    if (change.charge)
        book.charges.push_back(*change.charge);
    for (const auto& order : change.orders)
        put(book.orders, order);
    for (const auto& gateway : change.gateways) {
        if (auto* known = find_by(book.gateways, &subscription_at_gateway::id, gateway.id))
            *known = gateway;
        else
            book.gateways.push_back(gateway);
    }
    if (change.unscheduled_from)
        std::erase_if(book.terms, [&](const auto& terms) {
            return terms.scheduled && terms.from >= *change.unscheduled_from;
        });
    if (change.agreed)
        book.terms.push_back(*change.agreed);
}

const subscription_charge* subscription_tables::find_charge(const std::string& transaction) const {
    for (const auto& [user, book] : books)
        for (const auto& charge : book.charges)
            if (charge.transaction_id == transaction)
                return &charge;
    return nullptr;
}

std::optional<user_id> subscription_tables::subscriber_of(const std::string& transaction) const {
    for (const auto& [user, book] : books)
        if (std::ranges::count(book.charges, transaction, &subscription_charge::transaction_id) > 0)
            return user;
    return std::nullopt;
}

} // namespace atelier::test
