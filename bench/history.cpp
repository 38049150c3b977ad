#include "bench/history.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <tuple>
#include <utility>

namespace atelier::bench {
namespace {

std::string at(user_id user, transaction_id row) {
    return "user " + std::to_string(user.value) + ", transaction " + std::to_string(row.value) + ": ";
}

/// Replies and journal rows, both by user and row, must be the same spends.
std::optional<std::string> find_difference(const history& h) {
    auto row = h.journal.begin();
    for (const auto& reply : h.replies) {
        if (row == h.journal.end() || std::tie(reply.user, reply.last) < std::tie(row->user, row->id))
            return at(reply.user, reply.last) + "acknowledged, but not in the journal, or twice";
        if (std::tie(row->user, row->id) < std::tie(reply.user, reply.last))
            break;
        ++row;
    }
    if (row != h.journal.end())
        return at(row->user, row->id) + "in the journal, but never acknowledged";
    return std::nullopt;
}

/// One wallet's spends in the order of the journal.
std::optional<std::string> check_wallet(const wallet_totals& wallet,
                                        std::span<const acknowledged_spend> replies,
                                        std::span<const booked_spend> rows) {
    auto balance = wallet.before;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        balance += rows[i].amount;
        if (balance < 0)
            return at(wallet.user, rows[i].id) + "overspent";
        if (replies[i].balance != balance)
            return at(wallet.user, rows[i].id) + "left " + std::to_string(balance) + ", the reply says " +
                   std::to_string(replies[i].balance);
    }
    if (wallet.after != balance)
        return at(wallet.user, {}) + "the lots hold " + std::to_string(wallet.after) + ", not " +
               std::to_string(balance);
    auto earliest_return = std::numeric_limits<std::int64_t>::max();
    for (auto i = replies.size(); i-- > 0;) {
        if (earliest_return < replies[i].invoked)
            return at(wallet.user, replies[i].last) + "sent after a later one was answered";
        earliest_return = std::min(earliest_return, replies[i].returned);
    }
    return std::nullopt;
}

/// Cuts the leading elements of that user off `from`.
template <class T>
std::span<const T> take(std::span<const T>& from, user_id user) {
    const auto end = std::ranges::find_if(from, [user](const T& e) { return e.user != user; });
    const auto count = static_cast<std::size_t>(end - from.begin());
    const auto taken = from.first(count);
    from = from.subspan(count);
    return taken;
}

} // namespace

std::optional<std::string> find_anomaly(history& h) {
    std::ranges::sort(h.replies, {}, [](const auto& r) { return std::pair{r.user, r.last}; });
    std::ranges::sort(h.journal, {}, [](const auto& r) { return std::pair{r.user, r.id}; });
    std::ranges::sort(h.wallets, {}, &wallet_totals::user);
    if (auto wrong = find_difference(h))
        return wrong;
    std::span<const acknowledged_spend> replies{h.replies};
    std::span<const booked_spend> rows{h.journal};
    for (const auto& wallet : h.wallets) {
        if (!rows.empty() && rows.front().user < wallet.user)
            break;
        if (auto wrong = check_wallet(wallet, take(replies, wallet.user), take(rows, wallet.user)))
            return wrong;
    }
    if (!rows.empty())
        return at(rows.front().user, rows.front().id) + "no such wallet";
    return std::nullopt;
}

} // namespace atelier::bench
