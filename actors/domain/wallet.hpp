#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"

#include <optional>
#include <span>
#include <vector>

namespace atelier {

/// A user's lots of tokens and the rules of spending them: pure, without clock, database or actors.
///
/// Each `decide_*` function looks at a command and answers with the purchase changes and journal rows that
/// would carry it out, or with a refusal; it changes nothing. `apply` then makes them true in memory. Between
/// the two the caller adds the business rows that belong to the same commit.
class wallet {
public:
    /// `lots` as loaded; their order does not matter.
    explicit wallet(std::vector<purchase_record> lots);

    /// The tokens that can be spent at `now`: what is left in lots that have not expired.
    [[nodiscard]] tokens balance(instant now) const;
    /// All lots, in the order in which they are spent: first to expire first, then the oldest.
    [[nodiscard]] const std::vector<purchase_record>& lots() const { return lots_; }

    /// Takes `cost` tokens for `generation`, across lots if need be.
    /// Errors: insufficient_tokens; overloaded when `ids` has run dry.
    [[nodiscard]] outcome<change_set> decide_spend(user_id user, generation_id generation, tokens cost,
                                                   instant now, id_source& ids) const;

    /// Gives each part of a spend back to the lot that it came from; a lot that has expired meanwhile is
    /// reopened until `now + grace`, after what is left in it has been booked as expired. What the lot owes
    /// is taken at once. Errors: not_found when a lot is not known here (reload and try again); overloaded.
    [[nodiscard]] outcome<change_set> decide_refund(user_id user, generation_id generation,
                                                    std::span<const spend_part> parts, instant now,
                                                    microseconds grace, id_source& ids) const;

    /// Takes `due` tokens out of a lot that was paid back in money. What has been spent already becomes the
    /// lot's debt: no lot, hence no balance, goes below zero. `lot` is what was read of it, for one that is
    /// not known here because nothing was left in it. Errors: overloaded.
    [[nodiscard]] outcome<change_set> decide_clawback(user_id user, const purchase_record& lot, tokens due,
                                                      instant now, id_source& ids) const;

    /// A new lot of `amount` tokens. Errors: overloaded.
    [[nodiscard]] static outcome<change_set> decide_credit(user_id user, operation why,
                                                           token_package_id package, tokens amount,
                                                           instant now, instant expires_at,
                                                           std::optional<payment_id> payment, id_source& ids);

    /// Lets a lot expire so much later. Nothing when the lot is not known here: then it holds no token.
    [[nodiscard]] std::optional<purchase_change> decide_extension(purchase_id lot, microseconds by) const;

    /// Books what is left in expired lots as expired. No changes when nothing is due. Errors: overloaded.
    [[nodiscard]] outcome<change_set> decide_expire(user_id user, instant now, id_source& ids) const;

    /// Makes the changes true. `changes` must have been decided on the present state.
    void apply(const change_set& changes);

private:
    [[nodiscard]] const purchase_record* find(purchase_id id) const;
    void insert(purchase_record lot);

    std::vector<purchase_record> lots_; ///< sorted by (expires_at, purchased_at, id)
};

} // namespace atelier
