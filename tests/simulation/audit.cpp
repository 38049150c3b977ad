#include "actors/domain/money.hpp"
#include "tests/simulation/database.hpp"

namespace atelier::test {
namespace {

class auditor {
public:
    explicit auditor(const database& tables) : tables_{tables} {}

    std::vector<std::string> run() {
        add_up();
        check_lots();
        check_generations();
        check_payments();
        check_charges();
        return std::move(complaints_);
    }

private:
    void complain(const std::string& what) { complaints_.push_back(what); }

    void add_up() {
        for (const auto& [user, row] : tables_.journal) {
            if (!ids_.insert(row.id).second)
                complain("two rows have the id " + std::to_string(row.id.value));
            by_lot_[row.lot] += row.amount;
            by_user_[user] += row.amount;
            if (!row.generation)
                continue;
            if (row.op == operation::spend)
                spent_[*row.generation] -= row.amount;
            if (row.op == operation::refund)
                returned_[*row.generation] += row.amount;
        }
    }

    void check_lots() {
        std::map<user_id, std::int64_t> held;
        for (const auto& [id, lot] : tables_.lots) {
            held[lot.user] += lot.remaining;
            if (lot.remaining < 0)
                complain("lot " + std::to_string(id.value) + " is below zero");
            if (by_lot_[id] != lot.remaining)
                complain("lot " + std::to_string(id.value) + " holds " + std::to_string(lot.remaining) +
                         ", its rows say " + std::to_string(by_lot_[id]));
        }
        for (const auto& [user, sum] : by_user_)
            if (held[user] != sum)
                complain("user " + std::to_string(user.value) + " holds " + std::to_string(held[user]) +
                         ", the journal says " + std::to_string(sum));
    }

    void check_generations() {
        for (const auto& [id, generation] : tables_.generations) {
            const auto name = "generation " + std::to_string(id.value);
            if (spent_[id] != generation.cost)
                complain(name + " costs " + std::to_string(generation.cost) + ", spent were " +
                         std::to_string(spent_[id]));
            const auto due = generation.status == generation_status::failed ? generation.cost : 0;
            if (returned_[id] != due)
                complain(name + " is " + std::string{to_string(generation.status)} + ", returned were " +
                         std::to_string(returned_[id]));
            if (generation.status == generation_status::succeeded && !generation.has_output)
                complain(name + " succeeded without an output");
        }
        for (const auto& [id, amount] : spent_)
            if (!tables_.generations.contains(id))
                complain("a spend is for generation " + std::to_string(id.value) + ", which is not there");
    }

    void check_payments() {
        std::map<purchase_id, std::vector<tokens>> credits;
        std::set<std::string> transactions;
        for (const auto& [user, row] : tables_.journal)
            if (row.op == operation::purchase)
                credits[row.lot].push_back(row.amount);
        std::size_t paid = 0;
        for (const auto& [id, payment] : tables_.payments) {
            const auto name = "payment " + std::to_string(id.value);
            if (!payment.transaction.empty() && !transactions.insert(payment.transaction).second)
                complain(name + " shares its gateway transaction");
            const auto bought = tables_.payment_purchases.find(id);
            const bool has_lot = bought != tables_.payment_purchases.end();
            if (has_lot != is_credited(payment.status))
                complain(name + " is " + std::string{to_string(payment.status)} +
                         (has_lot ? " with a lot" : " without a lot"));
            if (!has_lot)
                continue;
            ++paid;
            const auto due = payment.tokens_amount != 0 ? payment.tokens_amount
                                                        : static_cast<tokens>(payment.amount_cents);
            if (credits[bought->second] != std::vector<tokens>{due})
                complain(name + " was not credited exactly once");
        }
        if (credits.size() != paid)
            complain("there are credits without a payment");
    }

    void check_charges() {
        std::map<purchase_id, std::vector<tokens>> credits;
        std::map<purchase_id, tokens> taken;
        for (const auto& [user, row] : tables_.journal) {
            if (row.op == operation::subscription)
                credits[row.lot].push_back(row.amount);
            if (row.op == operation::clawback)
                taken[row.lot] -= row.amount;
        }
        std::set<std::string> transactions;
        std::size_t credited = 0;
        for (const auto& [user, book] : tables_.subscriptions.books)
            for (const auto& charge : book.charges) {
                const auto name = "charge " + charge.transaction_id;
                if (!transactions.insert(charge.transaction_id).second)
                    complain(name + " is there twice");
                if (charge.refunded_cents != given_back(charge.transaction_id))
                    complain(name + " has had another sum given back than its refunds say");
                if (charge.tokens_amount == 0)
                    continue;
                ++credited;
                if (credits[charge.lot] != std::vector<tokens>{charge.tokens_amount})
                    complain(name + " was not credited exactly once");
                const auto debt = tables_.debts.find(charge.lot);
                const auto owed = debt == tables_.debts.end() ? 0 : debt->second;
                if (taken[charge.lot] + owed !=
                    share_of_tokens(charge.tokens_amount, charge.refunded_cents, charge.amount_cents))
                    complain(name + " has had other tokens taken back than its refunds say");
            }
        if (credits.size() != credited)
            complain("there are credits without a charge");
    }

    /// By all refunds of a transaction that have taken effect.
    [[nodiscard]] std::int64_t given_back(const std::string& transaction) const {
        std::int64_t sum = 0;
        for (const auto& [id, row] : tables_.refunds)
            if (row.applied && row.payment_transaction == transaction)
                sum += row.amount_cents;
        return sum;
    }

    const database& tables_;
    std::vector<std::string> complaints_;
    std::set<transaction_id> ids_;
    std::map<purchase_id, std::int64_t> by_lot_;
    std::map<user_id, std::int64_t> by_user_;
    std::map<generation_id, std::int64_t> spent_;
    std::map<generation_id, std::int64_t> returned_;
};

} // namespace

std::vector<std::string> audit(const database& tables) {
    return auditor{tables}.run();
}

} // namespace atelier::test
