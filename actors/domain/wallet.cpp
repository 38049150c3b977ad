#include "actors/domain/wallet.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>
#include <tuple>

namespace atelier {
namespace {

auto spending_order(const purchase_record& lot) {
    return std::tuple{lot.expires_at, lot.purchased_at, lot.id};
}

bool spendable(const purchase_record& lot, instant now) {
    return lot.remaining > 0 && lot.expires_at > now;
}

/// Adds the journal row; false when there are no ids left.
bool book(change_set& changes, id_source& ids, purchase_id lot, std::optional<generation_id> generation,
          operation op, tokens amount) {
    const auto key = ids.next(id_sequence::token_transactions);
    if (key == 0)
        return false;
    changes.journal.push_back({transaction_id{key}, lot, generation, op, amount, std::nullopt});
    return true;
}

} // namespace

wallet::wallet(std::vector<purchase_record> lots) : lots_{std::move(lots)} {
    std::ranges::sort(lots_, {}, spending_order);
}

tokens wallet::balance(instant now) const {
    std::int64_t sum = 0;
    for (const auto& lot : lots_)
        if (spendable(lot, now))
            sum += lot.remaining;
    return static_cast<tokens>(std::min<std::int64_t>(sum, std::numeric_limits<tokens>::max()));
}

outcome<change_set> wallet::decide_spend(user_id user, generation_id generation, tokens cost, instant now,
                                         id_source& ids) const {
    assert(cost > 0);
    change_set changes{user, now};
    tokens missing = cost;
    for (const auto& lot : lots_) {
        if (missing == 0)
            break;
        if (!spendable(lot, now))
            continue;
        const tokens part = std::min(missing, lot.remaining);
        changes.purchase_changes.push_back({lot.id, lot.remaining, lot.remaining - part, {}});
        if (!book(changes, ids, lot.id, generation, operation::spend, -part))
            return errc::overloaded;
        missing -= part;
    }
    if (missing > 0)
        return failure{errc::insufficient_tokens, "This costs " + std::to_string(cost) +
                                                      " tokens; the wallet holds " +
                                                      std::to_string(cost - missing) + "."};
    return changes;
}

outcome<change_set> wallet::decide_refund(user_id user, generation_id generation,
                                          std::span<const spend_part> parts, instant now, microseconds grace,
                                          id_source& ids) const {
    change_set changes{user, now};
    for (const auto& part : parts) {
        assert(part.amount > 0);
        const auto* lot = find(part.purchase);
        if (lot == nullptr)
            return errc::not_found;
        // Two parts of one spend never share a lot, so each change starts from the lot as it is.
        purchase_change change{lot->id, lot->remaining, lot->remaining + part.amount, {}};
        const tokens owed = std::min(lot->debt, part.amount);
        if (lot->expires_at <= now) {
            // Only what is refunded lives on; the rest has expired, also if nobody has booked that yet.
            change.remaining = part.amount;
            if (part.amount > owed)
                change.expires_at = now + grace;
            if (lot->remaining > 0 &&
                !book(changes, ids, lot->id, std::nullopt, operation::expire, -lot->remaining))
                return errc::overloaded;
        }
        change.remaining -= owed;
        changes.purchase_changes.push_back(change);
        if (!book(changes, ids, lot->id, generation, operation::refund, part.amount))
            return errc::overloaded;
        changes.journal.back().reopened_until = change.expires_at;
        if (owed == 0)
            continue;
        changes.debt_changes.push_back({lot->id, lot->debt, lot->debt - owed});
        if (!book(changes, ids, lot->id, std::nullopt, operation::clawback, -owed))
            return errc::overloaded;
    }
    return changes;
}

outcome<change_set> wallet::decide_clawback(user_id user, const purchase_record& lot, tokens due, instant now,
                                            id_source& ids) const {
    assert(due >= 0);
    change_set changes{user, now};
    const auto* known = find(lot.id);
    const tokens left = known != nullptr ? known->remaining : 0;
    const tokens debt = known != nullptr ? known->debt : lot.debt;
    const tokens taken = std::min(left, due);
    // Also when nothing is taken: the lot must be as it is known here.
    changes.purchase_changes.push_back({lot.id, left, left - taken, {}});
    if (taken > 0 && !book(changes, ids, lot.id, std::nullopt, operation::clawback, -taken))
        return errc::overloaded;
    if (due > taken)
        changes.debt_changes.push_back({lot.id, debt, debt + due - taken});
    return changes;
}

outcome<change_set> wallet::decide_credit(user_id user, operation why, token_package_id package,
                                          tokens amount, instant now, instant expires_at,
                                          std::optional<payment_id> payment, id_source& ids) {
    assert(amount > 0);
    const purchase_id lot{ids.next(id_sequence::token_purchases)};
    if (!lot)
        return errc::overloaded;
    change_set changes{user, now};
    changes.new_purchases.push_back({lot, package, amount, now, expires_at, payment});
    if (!book(changes, ids, lot, std::nullopt, why, amount))
        return errc::overloaded;
    return changes;
}

std::optional<purchase_change> wallet::decide_extension(purchase_id lot, microseconds by) const {
    const auto* known = find(lot);
    if (known == nullptr)
        return std::nullopt;
    return purchase_change{known->id, known->remaining, known->remaining, known->expires_at + by};
}

outcome<change_set> wallet::decide_expire(user_id user, instant now, id_source& ids) const {
    change_set changes{user, now};
    for (const auto& lot : lots_) {
        if (lot.expires_at > now || lot.remaining == 0)
            continue;
        changes.purchase_changes.push_back({lot.id, lot.remaining, 0, {}});
        if (!book(changes, ids, lot.id, std::nullopt, operation::expire, -lot.remaining))
            return errc::overloaded;
    }
    return changes;
}

void wallet::apply(const change_set& changes) {
    for (const auto& added : changes.new_purchases)
        insert({added.id, added.package, added.remaining, added.purchased_at, added.expires_at});
    for (const auto& change : changes.purchase_changes) {
        const auto lot = std::ranges::find(lots_, change.id, &purchase_record::id);
        if (lot == lots_.end() && change.expected == 0 && change.remaining == 0)
            continue; // an empty lot that need not be known
        assert(lot != lots_.end() && lot->remaining == change.expected);
        lot->remaining = change.remaining;
        if (!change.expires_at)
            continue;
        auto moved = *lot;
        moved.expires_at = *change.expires_at;
        lots_.erase(lot);
        insert(moved);
    }
    for (const auto& change : changes.debt_changes)
        if (const auto lot = std::ranges::find(lots_, change.id, &purchase_record::id); lot != lots_.end())
            lot->debt = change.debt;
}

const purchase_record* wallet::find(purchase_id id) const {
    const auto lot = std::ranges::find(lots_, id, &purchase_record::id);
    return lot == lots_.end() ? nullptr : &*lot;
}

void wallet::insert(purchase_record lot) {
    const auto place = std::ranges::upper_bound(lots_, spending_order(lot), {}, spending_order);
    lots_.insert(place, lot);
}

} // namespace atelier
