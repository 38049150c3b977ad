#include "persistence/pinpoint.hpp"

#include <unordered_map>
#include <unordered_set>

namespace atelier {
namespace {

constexpr pg::statement present_lots{"pinpoint_lots",
                                     "SELECT id, tokens_remaining FROM token_purchases WHERE id = ANY ($1)"};
constexpr pg::statement present_generations{"pinpoint_generations",
                                            "SELECT id, status FROM generations WHERE id = ANY ($1)"};
constexpr pg::statement present_payments{"pinpoint_payments",
                                         "SELECT id, status FROM payments WHERE id = ANY ($1)"};
constexpr pg::statement present_subscriptions{
    "pinpoint_subscriptions",
    "SELECT subscription_id, revision FROM subscription_books WHERE subscription_id = ANY ($1)"};
constexpr pg::statement present_keys{"pinpoint_keys", R"(
    SELECT t.number FROM unnest($1::bigint[], $2::text[], $3::timestamp[]) WITH ORDINALITY AS t (user_id, key, at, number)
    JOIN idempotency_keys k USING (user_id, key) WHERE k.expires_at > t.at ORDER BY t.number)"};
constexpr pg::statement locked_lots{"pinpoint_locked", R"(
    WITH free AS MATERIALIZED (SELECT id FROM token_purchases WHERE id = ANY ($1) FOR NO KEY UPDATE SKIP LOCKED)
    SELECT id FROM token_purchases WHERE id = ANY ($1) AND id NOT IN (SELECT id FROM free))"};

template <class Id>
std::unordered_set<Id> as_set(const std::vector<Id>& ids) {
    return {ids.begin(), ids.end()};
}

/// Those of `columns` whose row does not hold the expected value; rows that the batch itself creates are not
/// there.
template <class Value, class Columns, class Id>
void compare(pg::connection& database, const pg::statement& read, const Columns& columns,
             const std::vector<Id>& created, std::string_view table, std::vector<rejection>& guilty) {
    if (columns.id.empty())
        return;
    auto found = database.query(read, pg::params{columns.id});
    if (!found)
        return;
    std::unordered_map<Id, Value> present;
    for (const auto row : *found)
        present.emplace(row.template at<Id>(0), row.template at<Value>(1));
    const auto fresh = as_set(created);
    for (std::size_t i = 0; i < columns.id.size(); ++i) {
        const auto row = present.find(columns.id[i]);
        const bool as_expected =
            row != present.end() ? row->second == columns.expected[i] : fresh.contains(columns.id[i]);
        if (!as_expected)
            guilty.push_back(
                {columns.origin[i], {verdict_kind::guard, std::string{table} + " changed meanwhile"}});
    }
}

void find_used_keys(pg::connection& database, const batch& refused, std::vector<rejection>& guilty) {
    const auto& keys = refused.idempotency;
    if (keys.user.empty())
        return;
    auto found = database.query(present_keys, pg::params{keys.user, keys.key, keys.at});
    if (!found)
        return;
    for (const auto row : *found)
        guilty.push_back({keys.origin[static_cast<std::size_t>(row.at<std::int64_t>(0)) - 1],
                          {verdict_kind::duplicate_key, "idempotency key was used before"}});
}

void find_locked_lots(pg::connection& database, const batch& refused, std::vector<rejection>& guilty) {
    auto found = database.query(locked_lots, pg::params{refused.lots.id});
    if (!found)
        return;
    std::unordered_set<purchase_id> locked;
    for (const auto row : *found)
        locked.insert(row.at<purchase_id>(0));
    for (std::size_t i = 0; i < refused.lots.id.size(); ++i)
        if (locked.contains(refused.lots.id[i]))
            guilty.push_back(
                {refused.lots.origin[i], {verdict_kind::unavailable, "another session holds the lot"}});
}

} // namespace

std::vector<rejection> pinpoint(pg::connection& database, const batch& refused, const pg::error& why) {
    std::vector<rejection> guilty;
    switch (why.kind) {
    case pg::error_kind::guard:
        compare<tokens>(database, present_lots, refused.lots, refused.purchases.id, "token_purchases",
                        guilty);
        compare<std::string>(database, present_generations, refused.generation_changes,
                             refused.generations.id, "generations", guilty);
        compare<std::string>(database, present_payments, refused.payment_changes, refused.payments.id,
                             "payments", guilty);
        compare<std::int64_t>(database, present_subscriptions, refused.subscriptions,
                              refused.subscriptions.created(), "subscriptions", guilty);
        find_used_keys(database, refused, guilty);
        break;
    case pg::error_kind::lock_timeout:
        find_locked_lots(database, refused, guilty);
        break;
    default:
        break;
    }
    return guilty;
}

} // namespace atelier
