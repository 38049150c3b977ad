#include "bench/journal.hpp"

#include <utility>

namespace atelier::bench {
namespace {

constexpr pg::statement spends{
    "bench_spends", "SELECT user_id, id, amount FROM token_transactions WHERE operation = 'spend'"};

constexpr pg::statement totals{"bench_totals", R"(
    SELECT p.user_id, t.total::bigint, sum(p.tokens_remaining)::bigint FROM token_purchases p
    JOIN (SELECT user_id, sum(amount) AS total FROM token_transactions WHERE operation <> 'spend' GROUP BY 1) t
        ON t.user_id = p.user_id
    GROUP BY 1, 2)"};

} // namespace

status read_journal(pg::connection& database, history& h) {
    auto rows = database.query(spends);
    if (!rows)
        return std::move(rows).error();
    for (const auto row : *rows) {
        auto& spend = h.journal.emplace_back();
        row.read(spend.user, spend.id, spend.amount);
    }
    rows = database.query(totals);
    if (!rows)
        return std::move(rows).error();
    for (const auto row : *rows) {
        auto& wallet = h.wallets.emplace_back();
        row.read(wallet.user, wallet.before, wallet.after);
    }
    return done{};
}

} // namespace atelier::bench
