#include "persistence/queries/wallets.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

/// One statement, so that all of it is from one snapshot. Without any lot it returns one row without a lot.
constexpr pg::statement wallet{"wallet", R"(
    SELECT w.balance, w.last_transaction, p.id, p.token_package_id, p.tokens_remaining, coalesce(d.tokens, 0),
        p.purchased_at, p.expires_at
    FROM (SELECT
        (SELECT coalesce(sum(tokens_remaining), 0) FROM token_purchases WHERE user_id = $1) AS balance,
        (SELECT max(id) FROM token_transactions WHERE user_id = $1) AS last_transaction) w
    LEFT JOIN token_purchases p ON p.user_id = $1 AND (p.tokens_remaining > 0 OR p.id IN (
        SELECT t.token_purchase_id FROM generations g JOIN token_transactions t ON t.generation_id = g.id
        WHERE g.user_id = $1 AND g.status IN ('queued', 'running') AND t.operation = 'spend'))
    LEFT JOIN purchase_debts d ON d.token_purchase_id = p.id
    ORDER BY p.expires_at, p.id)"};

constexpr pg::statement transactions{"wallet_transactions", R"(
    SELECT t.id, t.token_purchase_id, t.generation_id, t.operation, t.amount, t.created_at, r.expires_at
    FROM token_transactions t LEFT JOIN reopened_lots r ON r.token_transaction_id = t.id
    WHERE t.user_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3)"};

constexpr pg::statement expired_lots{"wallet_expired_lots", R"(
    SELECT DISTINCT user_id FROM token_purchases
    WHERE expires_at > $1 AND expires_at <= $2 AND tokens_remaining > 0 AND user_id > $3
    ORDER BY user_id LIMIT $4)"};

} // namespace

outcome<wallet_record> load_wallet(pg::connection& database, user_id user) {
    auto found = database.query(wallet, pg::params{user});
    if (!found)
        return std::move(found).error();
    wallet_record result;
    result.user = user;
    for (const auto row : *found) {
        purchase_record lot;
        row.read(result.balance, result.last_transaction, lot.id, lot.package, lot.remaining, lot.debt,
                 lot.purchased_at, lot.expires_at);
        if (lot.id)
            result.purchases.push_back(lot);
    }
    return result;
}

outcome<page<transaction_record>> list_transactions(pg::connection& database, user_id user,
                                                    transaction_id before, std::int32_t limit) {
    return read_page(database.query(transactions, pg::params{user, below(before), limit + 1}), limit,
                     [](const pg::row& row) {
                         transaction_record t;
                         row.read(t.id, t.purchase, t.generation, t.operation, t.amount, t.created_at,
                                  t.reopened_until);
                         return t;
                     });
}

outcome<std::vector<user_id>> list_users_with_expired_lots(pg::connection& database, instant after,
                                                           instant until, user_id above, std::int32_t limit) {
    return read_all(database.query(expired_lots, pg::params{after, until, above, limit}),
                    [](const pg::row& row) { return row.at<user_id>(0); });
}

} // namespace atelier::queries
