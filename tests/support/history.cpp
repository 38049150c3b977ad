#include "tests/support/history.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>
#include <span>
#include <tuple>
#include <utility>

namespace atelier::test {
namespace {

struct lot_state {
    std::int64_t remaining = 0;
    instant purchased_at;
    instant expires_at;
    bool foreign = false; ///< opened by a foreign writer
};
using lots = std::map<purchase_id, lot_state>;

/// One change of the wallet: the rows of one decision.
struct step {
    std::span<const history_row> rows;
    std::size_t number = 0; ///< from 1
    lots after;
    bool explained = false;
    stamp earliest = 0;                               ///< it was not there before
    stamp latest = std::numeric_limits<stamp>::max(); ///< it was there from then on

    [[nodiscard]] const history_row& last() const { return rows.back(); }
};

std::int64_t balance(const lots& all, instant at) {
    std::int64_t sum = 0;
    for (const auto& [id, lot] : all)
        if (lot.expires_at > at)
            sum += lot.remaining;
    return sum;
}

bool is_credit(operation op) {
    return op == operation::purchase || op == operation::subscription || op == operation::grant;
}

class checker {
public:
    explicit checker(const wallet_history& h) : history_{h} {}

    std::vector<std::string> run() {
        replay();
        for (const auto& call : history_.calls)
            if (call.result == history_call::kind::accepted && call.last)
                explain(call);
        count_unexplained();
        order();
        for (const auto& call : history_.calls)
            judge(call);
        answers();
        return std::move(complaints_);
    }

private:
    void complain(const std::string& what) { complaints_.push_back(what); }

    static std::string name(const history_row& row) {
        return "row " + std::to_string(row.id.value) + " (" + std::string{to_string(row.op)} + ' ' +
               std::to_string(row.amount) + ", lot " + std::to_string(row.lot.value) + ')';
    }

    // -- the rows by themselves -----------------------------------------------------------------------------

    void replay() {
        const auto& rows = history_.rows;
        transaction_id highest;
        step last;
        for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
            while (end < rows.size() && rows[begin].decision == rows[end].decision)
                ++end;
            step next = last;
            next.number = steps_.size() + 1;
            next.rows = {&rows[begin], end - begin};
            for (const auto& row : next.rows) {
                if (!row.foreign) {
                    if (row.id <= highest)
                        complain(name(row) + " was committed behind a later one");
                    highest = std::max(highest, row.id);
                }
                carry_out(next.after, row);
            }
            last = next;
            next.earliest = next.last().committed.value_or(0);
            position_.emplace(next.last().id, steps_.size());
            steps_.push_back(std::move(next));
        }
    }

    void carry_out(lots& state, const history_row& row) {
        if (is_credit(row.op)) {
            const auto opened = history_.lots.find(row.lot);
            if (opened == history_.lots.end() || row.amount <= 0 || state.contains(row.lot))
                return complain(name(row) + " opens no lot");
            state[row.lot] = {row.amount, opened->second.purchased_at, opened->second.expires_at,
                              row.foreign};
            return;
        }
        const auto place = state.find(row.lot);
        if (place == state.end())
            return complain(name(row) + " is about a lot that is not there");
        auto& lot = place->second;
        lot.remaining += row.amount;
        if (lot.remaining < 0)
            complain(name(row) + " takes what is not there");
        if (row.op == operation::spend)
            spend(state, place->first, row);
        else if (row.op == operation::refund)
            refund(lot, row);
        else if (row.op == operation::expire && (lot.expires_at > row.at || lot.remaining != 0))
            complain(name(row) + " does not end an expired lot");
    }

    void spend(const lots& state, purchase_id used, const history_row& row) {
        const auto order = [](purchase_id id, const lot_state& lot) {
            return std::tuple{lot.expires_at, lot.purchased_at, id};
        };
        const auto& lot = state.at(used);
        spent_[{row.generation.value_or(generation_id{}), used}] -= row.amount;
        if (row.amount >= 0)
            complain(name(row) + " takes nothing");
        if (lot.expires_at <= row.at)
            complain(name(row) + " uses an expired lot");
        if (row.foreign)
            return;
        for (const auto& [id, other] : state)
            if (!other.foreign && other.remaining > 0 && other.expires_at > row.at &&
                order(id, other) < order(used, lot))
                complain(name(row) + " passes over lot " + std::to_string(id.value));
    }

    void refund(lot_state& lot, const history_row& row) {
        auto& spent = spent_[{row.generation.value_or(generation_id{}), row.lot}];
        spent -= row.amount;
        if (row.amount <= 0 || spent < 0)
            complain(name(row) + " gives back more than was spent");
        if (lot.expires_at <= row.at)
            lot.expires_at = row.at + history_.reopen_grace;
    }

    // -- calls and rows -------------------------------------------------------------------------------------

    void explain(const history_call& call) {
        const auto place = position_.find(call.last);
        if (place == position_.end())
            return complain("acknowledged row " + std::to_string(call.last.value) + " is not there");
        auto& found = steps_[place->second];
        if (found.explained && !(call.key.empty() || keys_of_[place->second] != call.key))
            return; // another answer to the same key
        if (std::exchange(found.explained, true))
            complain(name(found.last()) + " was acknowledged twice");
        keys_of_[place->second] = call.key;
        std::int64_t sum = 0;
        for (const auto& row : found.rows)
            sum += row.op == found.last().op ? row.amount : 0; // not what expired on the way
        if (sum != call.amount)
            complain(name(found.last()) + " was acknowledged as " + std::to_string(call.amount) + " tokens");
        found.earliest = std::max(found.earliest, call.invoked);
        found.latest = std::min(found.latest, call.returned);
    }

    /// Whether a call from `invoked` on may have been shown this balance after that step.
    [[nodiscard]] bool plausible(const step& s, const history_call& call, instant at) const {
        const bool own = s.number > 0 && call.last == s.last().id; // that one is known
        auto least = balance(s.after, at);
        auto most = least;
        for (std::size_t i = 0; i + (own ? 1 : 0) < s.number; ++i)
            for (const auto& row : steps_[i].rows)
                if (row.foreign)
                    (row.amount < 0 ? most : least) -= row.amount;
        return call.balance >= least && call.balance <= most;
    }

    void count_unexplained() {
        const auto is = [](history_call::kind kind) {
            return [kind](const history_call& call) { return call.result == kind; };
        };
        const auto unknown = std::ranges::count_if(history_.calls, is(history_call::kind::unknown));
        std::ptrdiff_t unexplained = 0;
        for (const auto& s : steps_)
            if (!s.explained && !s.last().foreign && s.last().op == operation::spend)
                ++unexplained;
        if (unexplained > unknown)
            complain(std::to_string(unexplained) + " spends that nobody was told of, but only " +
                     std::to_string(unknown) + " calls without an answer");
    }

    /// Whoever is behind a step that was called late is late as well; and the other way round.
    void order() {
        for (std::size_t i = 1; i < steps_.size(); ++i)
            steps_[i].earliest = std::max(steps_[i].earliest, steps_[i - 1].earliest);
        for (std::size_t i = steps_.size(); i-- > 1;)
            steps_[i - 1].latest = std::min(steps_[i - 1].latest, steps_[i].latest);
        for (const auto& s : steps_)
            if (s.earliest > s.latest)
                return complain(name(s.last()) + " is not where its call and its answer were (" +
                                std::to_string(s.earliest) + " > " + std::to_string(s.latest) + ')');
    }

    /// Whether `right` holds for some state that was there while the call was under way.
    template <class Right>
    bool some_moment(const history_call& call, Right right) const {
        const step nothing;
        for (std::size_t next = 0; next <= steps_.size(); ++next) {
            const auto& state = next == 0 ? nothing : steps_[next - 1];
            if (next > 0 && state.earliest > call.returned)
                return false;
            if ((next == steps_.size() || steps_[next].latest >= call.invoked) && right(state))
                return true;
        }
        return false;
    }

    void judge(const history_call& call) {
        using kind = history_call::kind;
        if (const auto place = position_.find(call.last);
            call.result == kind::accepted && place != position_.end()) {
            const auto& found = steps_[place->second];
            if (!plausible(found, call, found.last().at))
                complain(name(found.last()) + " was acknowledged with a balance of " +
                         std::to_string(call.balance) + " instead of " +
                         std::to_string(balance(found.after, found.last().at)));
        }
        if (call.result == kind::refused && !some_moment(call, [&](const step& s) {
                return balance(s.after, call.at) - given_meanwhile(s, call) < -std::int64_t{call.amount};
            }))
            complain("a spend of " + std::to_string(-call.amount) +
                     " was refused, though the tokens were there (" + std::to_string(call.invoked) + " to " +
                     std::to_string(call.returned) + ')');
        if (call.result == kind::read &&
            !some_moment(call, [&](const step& s) { return plausible(s, call, call.at); }))
            complain("a balance of " + std::to_string(call.balance) + " was shown that never was (" +
                     std::to_string(call.invoked) + " to " + std::to_string(call.returned) + ')');
    }

    /// What foreign writers gave since the call, up to that step: it may not have been noticed yet.
    [[nodiscard]] std::int64_t given_meanwhile(const step& upto, const history_call& call) const {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < upto.number; ++i)
            for (const auto& row : steps_[i].rows)
                if (row.foreign && row.amount > 0 && row.committed.value_or(0) > call.invoked)
                    sum += row.amount;
        return sum;
    }

    void answers() {
        std::map<std::string, std::string> first;
        for (const auto& call : history_.calls)
            if (call.result == history_call::kind::accepted && !call.key.empty() &&
                first.try_emplace(call.key, call.answer).first->second != call.answer)
                complain("key " + call.key + " got two different answers");
    }

    const wallet_history& history_;
    std::vector<step> steps_;
    std::map<transaction_id, std::size_t> position_; ///< of the step that ends with that row
    std::map<std::size_t, std::string> keys_of_;     ///< of the call that explained a step
    std::map<std::pair<generation_id, purchase_id>, std::int64_t> spent_;
    std::vector<std::string> complaints_;
};

} // namespace

std::vector<std::string> check(const wallet_history& history) {
    return checker{history}.run();
}

} // namespace atelier::test
