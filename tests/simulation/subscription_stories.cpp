#include "tests/simulation/business_day_stories.hpp"
#include "tests/simulation/other_program.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

/// What happens to subscriptions.
namespace atelier::test {
namespace {

using namespace std::chrono_literals;
using kind = notification_kind;

/// What may depend on the order in which it is heard of has no story here. A charge at the price of an
/// upgrade cannot come before that is paid, since only then the gateway is asked for it; and what the payer
/// does holds from that moment on, so he does it before the day begins. When an order is paid twice, the
/// first transaction that is heard of wins, so nothing follows that would tell the two apart.
class subscription_stories {
public:
    subscription_stories(dice& chance, database& tables, id_source& ids, gateway_model& gateway, instant now)
        : chance_{chance}, gateway_{gateway}, now_{now}, before_{tables, ids} {}

    std::vector<deliver_notification> tell() {
        tell_story(user_id{1});
        if (chance_.chance(50))
            tell_story(user_id{2});
        return std::move(all_);
    }

private:
    /// One subscription at the gateway, and what it charges.
    struct life {
        user_id user;
        plan_terms terms;
        std::string invoice;
        std::string gateway;
        instant begin;
        std::vector<deliver_notification> paid{};
        instant end{};
        int successes = 0;
    };

    void tell_story(user_id user) {
        const auto begin = now_ - std::chrono::days{chance_.between(30, 150)};
        switch (chance_.between(0, 8)) {
        case 0:
            return pay_twice(begin_life(user, any_terms(1), begin));
        case 1:
            return charge_card(user, false);
        case 2:
            return charge_card(user, true);
        case 3:
            return order_anew(user, begin);
        case 4: {
            auto cancelled = begin_life(user, any_terms(1), begin);
            before_.cancel(user, begin + std::chrono::hours{chance_.between(0, 500)});
            return live(cancelled);
        }
        case 5:
            return change_plan(user, begin);
        default: {
            auto only = begin_life(user, any_terms(1), begin);
            return live(only);
        }
        }
    }

    plan_terms any_terms(std::int64_t plan) {
        plan_terms terms;
        terms.plan = plan_id{plan};
        terms.tokens_amount = chance_.between(1, 60);
        terms.price_cents = plan * 100'000 + 100 * chance_.between(1, 900);
        terms.currency = "RUB";
        terms.interval = chance_.chance(50) ? plan_interval{interval_unit::week, 2}
                                            : plan_interval{interval_unit::month, 1};
        return terms;
    }

    life begin_life(user_id user, const plan_terms& terms, instant begin) {
        auto invoice = before_.order(user, terms, false, begin - 10min);
        auto gateway = "sc-" + invoice;
        return {user, terms, std::move(invoice), std::move(gateway), begin};
    }

    // -- stories --------------------------------------------------------------------------------------------

    /// It renews, is declined at times, and ends perhaps; something is given back.
    void live(life& one) {
        begin(one, true);
        renew_and_give_back(one);
    }

    void begin(life& one, bool heard_of_today) {
        auto first = charge(one, one.begin);
        first.what.invoice_id = one.invoice;
        if (heard_of_today) {
            auto check = first;
            check.what.kind = kind::check;
            check.what.subscription_id.clear();
            check.what.status = transaction_status::none;
            check.what.business_key = "check:" + first.what.transaction_id;
            all_.push_back(std::move(check));
            all_.push_back(first);
        } else {
            before_.hear(first.what, one.begin);
        }
        one.paid.push_back(std::move(first));
        one.end = one.begin;
        ++one.successes;
        if (heard_of_today && chance_.chance(50))
            tell_standing(one, gateway_standing::active);
    }

    void renew_and_give_back(life& one) {
        const auto most = chance_.between(0, 5);
        bool goes_on = true;
        for (int i = 1; i <= most && goes_on; ++i)
            goes_on = renew(one, advance(one.begin, one.terms.interval, i));
        if (goes_on && chance_.chance(30))
            end(one, gateway_standing::cancelled);
        give_back(one);
    }

    /// At the end of a period, up to an hour late; when it is declined, again a day later.
    bool renew(life& one, instant due) {
        due += std::chrono::seconds{chance_.between(0, 3'599)};
        for (int failures = 0; failures < 3 && due < now_; ++failures, due += 23h) {
            one.end = due;
            if (chance_.chance(75)) {
                ++one.successes;
                auto paid = charge(one, due);
                all_.push_back(paid);
                one.paid.push_back(std::move(paid));
                if (failures > 0)
                    tell_standing(one, gateway_standing::active);
                return true;
            }
            auto declined = charge(one, due);
            declined.what.kind = kind::fail;
            declined.what.status = transaction_status::declined;
            declined.what.transaction_id += "F" + std::to_string(failures);
            declined.what.business_key = "fail:" + declined.what.transaction_id;
            all_.push_back(std::move(declined));
            if (failures == 2)
                end(one, gateway_standing::rejected);
            else
                tell_standing(one, gateway_standing::past_due);
        }
        return false;
    }

    void end(life& one, gateway_standing standing) {
        gateway_.has_ended(one.gateway, standing, one.successes);
        tell_standing(one, standing);
    }

    /// Either transaction may be the first that is heard of, so nothing follows that would tell them apart.
    void pay_twice(const life& one) {
        for (const char* name : {"-a", "-b"}) {
            auto either = one;
            either.gateway += name;
            begin(either, true);
        }
    }

    /// The service itself charges the card, and has a subscription made. Its Pay may never come.
    void charge_card(user_id user, bool without_funds) {
        auto terms = any_terms(1);
        const auto invoice = before_.order(user, terms, true, now_ - 10min);
        life one{user, std::move(terms), invoice, "", now_};
        auto pay = charge(one, now_);
        pay.what.invoice_id = invoice;
        pay.what.token = other_program::card_token;
        pay.what.transaction_id = gateway_model::transaction_for(invoice);
        pay.what.business_key = "pay:" + pay.what.transaction_id;
        if (without_funds) {
            gateway_.without_funds.insert(invoice);
            pay.what.kind = kind::fail;
            pay.what.status = transaction_status::declined;
            pay.what.business_key = "fail:" + pay.what.transaction_id;
        } else {
            one.paid.push_back(pay);
        }
        if (chance_.chance(50))
            all_.push_back(std::move(pay));
        give_back(one);
    }

    /// A second subscription after the first one is over, or nearly. The gateway's first one may go on: it
    /// has to be cancelled.
    void order_anew(user_id user, instant at) {
        auto before = begin_life(user, any_terms(1), at);
        live(before);
        const auto again_at =
            advance(before.end, before.terms.interval, 1) + std::chrono::days{chance_.between(4, 9)};
        if (again_at >= now_)
            return; // that would be too early
        auto after = begin_life(user, any_terms(2), again_at);
        live(after);
    }

    /// Another plan from the next period on; the gateway may charge the old price once more.
    void change_plan(user_id user, instant at) {
        auto one = begin_life(user, any_terms(2), at);
        begin(one, false);
        auto next = any_terms(1);
        next.interval = one.terms.interval;
        before_.change_plan(user, next, at + 1h);
        if (chance_.chance(50) && !renew(one, advance(at, one.terms.interval, 1)))
            return give_back(one);
        one.terms = std::move(next);
        one.begin = advance(at, one.terms.interval, 1);
        renew_and_give_back(one);
    }

    // -- what the gateway says ------------------------------------------------------------------------------

    deliver_notification charge(const life& one, instant at) {
        deliver_notification command;
        auto& said = command.what;
        said.kind = kind::pay;
        said.transaction_id = one.gateway + "-" + std::to_string(one.paid.size() + 1);
        said.business_key = "pay:" + said.transaction_id;
        said.subscription_id = one.gateway;
        said.account_id = std::to_string(one.user.value);
        said.amount_cents = one.terms.price_cents;
        said.currency = one.terms.currency;
        said.test_mode = true;
        said.status = transaction_status::completed;
        said.date_time = at;
        return command;
    }

    void tell_standing(const life& one, gateway_standing standing) {
        auto command = charge(one, one.end);
        auto& said = command.what;
        said.kind = kind::recurrent;
        said.transaction_id.clear();
        said.status = transaction_status::none;
        said.business_key = "recurrent:" + one.gateway + ":" + std::string{to_string(standing)} + ":" +
                            std::to_string(one.successes);
        said.standing = standing;
        said.successes = one.successes;
        all_.push_back(std::move(command));
    }

    /// Of some charges, a part or all; the gateway does not always say what they were for.
    void give_back(const life& one) {
        for (const auto& paid : one.paid) {
            if (!chance_.chance(30))
                continue;
            for (auto& refund : test::give_back(chance_, paid, chance_.between(1, 3), chance_.chance(50))) {
                if (chance_.chance(50))
                    refund.what.subscription_id.clear();
                if (chance_.chance(50))
                    refund.what.invoice_id.clear();
                all_.push_back(std::move(refund));
            }
        }
    }

    dice& chance_;
    gateway_model& gateway_;
    instant now_;
    other_program before_;
    std::vector<deliver_notification> all_;
};

} // namespace

std::vector<deliver_notification> tell_subscriptions(dice& chance, database& tables, id_source& ids,
                                                     gateway_model& gateway, instant now) {
    return subscription_stories{chance, tables, ids, gateway, now}.tell();
}

} // namespace atelier::test
