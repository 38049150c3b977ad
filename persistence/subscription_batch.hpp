#pragma once

#include "actors/domain/change_set.hpp"
#include "persistence/pg/connection.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// What the change sets of a batch do to subscriptions: few changes with many parts, hence one JSON document
/// instead of columns for each table. Part of a `batch`.
struct subscription_batch {
    // One subscription each.
    std::vector<subscription_id> id;
    std::vector<std::int64_t> expected; ///< revision; 0: it is to be inserted
    std::vector<std::size_t> origin;    ///< number of the change set
    std::vector<user_id> user;
    std::vector<instant> at;
    std::vector<const subscription_change*> change;

    struct {
        std::vector<std::string_view> transaction_id;
        std::vector<std::string_view> charge;
        std::vector<std::int64_t> expected_cents;
        std::vector<std::int64_t> refunded_cents;
        std::vector<tokens> tokens_due;
        std::vector<instant> at;
    } refunds;

    /// Takes up a change set, which must outlive this. False: it contradicts an earlier one.
    [[nodiscard]] bool add(std::size_t number, const change_set& set);

    [[nodiscard]] std::size_t rows() const { return 2 * (id.size() + refunds.charge.size()); }
    /// Those that are to be inserted.
    [[nodiscard]] std::vector<subscription_id> created() const;
    /// Every plan that a row will refer to; some more than once.
    [[nodiscard]] std::vector<plan_id> plans() const;
    /// The parameter of `apply_subscriptions`.
    [[nodiscard]] std::string document() const;
};

/// Inserts or changes all rows of the subscriptions in its document, compare-and-set.
extern const pg::statement apply_subscriptions;
/// Lets refunds of charges take effect, compare-and-set.
extern const pg::statement apply_charge_refunds;

} // namespace atelier
