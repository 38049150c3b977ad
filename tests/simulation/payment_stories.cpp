#include "tests/simulation/business_day_stories.hpp"

#include <utility>

/// What happens to orders of packages.
namespace atelier::test {
namespace {

using kind = notification_kind;

class payment_stories {
public:
    payment_stories(dice& chance, database& tables) : chance_{chance}, tables_{tables} {}

    std::vector<deliver_notification> tell() {
        const auto orders = chance_.between(1, 5);
        for (int number = 1; number <= orders; ++number)
            tell_story(number);
        return std::move(all_);
    }

private:
    /// An order, and what becomes of it.
    void tell_story(int number) {
        database::payment order;
        order.user = user_id{chance_.between(1, 2)};
        order.amount_cents = 100 * chance_.between(1, 50);
        order.invoice = "inv-" + std::to_string(number);
        order.tokens_amount = chance_.between(1, 40);
        tables_.payments[payment_id{number}] = order;
        const auto first = "T" + std::to_string(number) + "1";
        const auto second = "T" + std::to_string(number) + "2";
        switch (chance_.between(0, 7)) {
        case 0:
            return tell(order, {{kind::check, first}, {kind::pay, first}});
        case 1:
            return tell(order, {{kind::check, first}, {kind::fail, first}, {kind::pay, second}});
        case 2:
            return tell(order, {{kind::check, first}, {kind::pay, first, true}, {kind::confirm, first}});
        case 3:
            return tell(order, {{kind::pay, first, true}, {kind::cancel, first}});
        case 4:
            tell(order, {{kind::pay, first}});
            return give_back(order, first, chance_.between(1, 3), false);
        case 5:
            tell(order, {{kind::pay, first}});
            return give_back(order, first, chance_.between(1, 3), true);
        case 6:
            tell(order, {{kind::pay, first, true}, {kind::confirm, first}});
            return give_back(order, first, 1, true);
        default:
            order.amount_cents += 1; // they say another sum than was ordered
            return tell(order, {{kind::pay, first}});
        }
    }

    struct news {
        kind what;
        std::string transaction;
        bool held = false;
    };

    void tell(const database::payment& order, const std::vector<news>& all) {
        for (const auto& [what, transaction, held] : all) {
            auto command = about(order, what, transaction);
            if (what == kind::pay)
                command.what.status = held ? transaction_status::authorized : transaction_status::completed;
            all_.push_back(std::move(command));
        }
    }

    void give_back(const database::payment& order, const std::string& of, int parts, bool all) {
        for (auto& refund : test::give_back(chance_, about(order, kind::pay, of), parts, all)) {
            if (chance_.chance(30))
                refund.what.invoice_id.clear();
            all_.push_back(std::move(refund));
        }
    }

    static deliver_notification about(const database::payment& order, kind what,
                                      const std::string& transaction) {
        deliver_notification command;
        auto& said = command.what;
        said.kind = what;
        said.transaction_id = transaction;
        said.business_key = std::string{to_string(what)} + ":" + transaction;
        said.invoice_id = order.invoice;
        said.account_id = std::to_string(order.user.value);
        said.amount_cents = order.amount_cents;
        said.currency = "RUB";
        said.test_mode = true;
        return command;
    }

    dice& chance_;
    database& tables_;
    std::vector<deliver_notification> all_;
};

} // namespace

std::vector<deliver_notification> tell_payments(dice& chance, database& tables) {
    return payment_stories{chance, tables}.tell();
}

std::vector<deliver_notification> give_back(dice& chance, const deliver_notification& of, int parts,
                                            bool all) {
    std::vector<deliver_notification> refunds;
    auto left = of.what.amount_cents.value_or(0) - (all ? 0 : 1);
    for (int part = 1; part <= parts && left > 0; ++part) {
        const auto sum = part == parts
                             ? left
                             : 1 + static_cast<std::int64_t>(chance.below(static_cast<std::size_t>(left)));
        left -= sum;
        auto refund = of;
        auto& said = refund.what;
        said.kind = kind::refund;
        said.status = transaction_status::none;
        said.payment_transaction_id = of.what.transaction_id;
        said.transaction_id = of.what.transaction_id + "R" + std::to_string(part);
        said.business_key = "refund:" + said.transaction_id;
        said.amount_cents = sum;
        refunds.push_back(std::move(refund));
    }
    return refunds;
}

std::string describe_payments(const database& tables) {
    std::string text;
    for (const auto& [id, row] : tables.payments) {
        text += row.invoice + ' ' + std::string{to_string(row.status)} + ' ' + row.transaction + ' ' +
                std::to_string(row.refunded_cents);
        if (const auto bought = tables.payment_purchases.find(id); bought != tables.payment_purchases.end())
            text += " lot " + std::to_string(tables.lots.at(bought->second).remaining);
        text += '\n';
    }
    for (const auto& [id, row] : tables.refunds)
        text += id + (row.applied ? " applied\n" : " waits\n");
    return text;
}

} // namespace atelier::test
