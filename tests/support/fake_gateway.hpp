#pragma once

#include "actors/gateways/gateway_client.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atelier::test {

/// A gateway whose subscriptions and payments are in memory. Answers at once, or when it is told to. Notes
/// what it is asked to change, with the request id.
class fake_gateway final : public gateway_client {
public:
    std::map<std::string, gateway_subscription> subscriptions;
    std::map<std::string, gateway_transaction> payments; ///< by invoice
    std::vector<std::string> changes;
    std::optional<failure> refusal;             ///< of every call
    std::optional<gateway_transaction> charged; ///< what a charge comes to; the card is declined without
    bool held = false;

    void release() {
        held = false;
        for (auto& answer : std::exchange(waiting_, {}))
            answer();
    }

    void test(callback<done> then) override { give<done>(then, done{}); }
    void get_transaction(std::string, callback<gateway_transaction> then) override {
        give<gateway_transaction>(then, errc::not_found);
    }
    void find_payment(std::string invoice_id, callback<gateway_transaction> then) override {
        const auto known = payments.find(invoice_id);
        give<gateway_transaction>(
            then, known == payments.end() ? outcome<gateway_transaction>{errc::not_found} : known->second);
    }
    void find_transaction(std::string invoice_id, callback<gateway_transaction> then) override {
        find_payment(std::move(invoice_id), std::move(then));
    }
    void list_transactions(gateway_period, std::int32_t,
                           callback<gateway_page<gateway_transaction>> then) override {
        give<gateway_page<gateway_transaction>>(then, gateway_page<gateway_transaction>{});
    }
    void list_chargebacks(gateway_period, std::int32_t,
                          callback<gateway_page<gateway_chargeback>> then) override {
        give<gateway_page<gateway_chargeback>>(then, gateway_page<gateway_chargeback>{});
    }
    void refund(std::string, std::string, std::int64_t, callback<std::string> then) override {
        give<std::string>(then, errc::gateway_refused);
    }
    void confirm(std::string, std::string, std::int64_t, callback<done> then) override {
        give<done>(then, errc::gateway_refused);
    }
    void release(std::string, std::string, callback<done> then) override {
        give<done>(then, errc::gateway_refused);
    }
    void charge(std::string request_id, gateway_charge order, callback<gateway_transaction> then) override {
        note("charge " + order.token + ' ' + std::to_string(order.amount_cents), request_id);
        if (!charged)
            return give<gateway_transaction>(then, errc::gateway_refused);
        auto made = *charged;
        made.invoice_id = order.invoice_id;
        made.amount_cents = order.amount_cents;
        made.currency = order.currency;
        made.account_id = order.account_id;
        payments[order.invoice_id] = made;
        give<gateway_transaction>(then, std::move(made));
    }

    void create_subscription(std::string request_id, gateway_subscription_order order,
                             callback<gateway_subscription> then) override {
        note("create " + order.token + ' ' + std::to_string(order.amount_cents), request_id);
        gateway_subscription made;
        made.id = "sc_new";
        made.account_id = order.account_id;
        made.amount_cents = order.amount_cents;
        made.currency = order.currency;
        made.status = gateway_standing::active;
        made.interval = order.interval;
        made.period = order.period;
        made.starts_at = order.starts_at;
        if (!refusal)
            subscriptions[made.id] = made;
        give<gateway_subscription>(then, std::move(made));
    }
    void get_subscription(std::string id, callback<gateway_subscription> then) override {
        const auto known = subscriptions.find(id);
        give<gateway_subscription>(then, known == subscriptions.end()
                                             ? outcome<gateway_subscription>{errc::not_found}
                                             : known->second);
    }
    void find_subscriptions(std::string, callback<std::vector<gateway_subscription>> then) override {
        std::vector<gateway_subscription> all;
        for (const auto& [id, there] : subscriptions)
            all.push_back(there);
        give<std::vector<gateway_subscription>>(then, std::move(all));
    }
    void update_subscription(std::string request_id, std::string id, gateway_subscription_change change,
                             callback<gateway_subscription> then) override {
        note("update " + id + ' ' + std::to_string(change.amount_cents.value_or(0)), request_id);
        auto& there = subscriptions[id];
        there.amount_cents = change.amount_cents.value_or(there.amount_cents);
        there.interval = change.interval.value_or(there.interval);
        there.period = change.period.value_or(there.period);
        there.status = gateway_standing::active;
        give<gateway_subscription>(then, there);
    }
    void cancel_subscription(std::string request_id, std::string id, callback<done> then) override {
        note("cancel " + id, request_id);
        subscriptions[id].status = gateway_standing::cancelled;
        give<done>(then, done{});
    }
    void stop() override {}

    /// One that charges for these terms.
    void charges_for(const std::string& id, const plan_terms& terms,
                     gateway_standing status = gateway_standing::active) {
        auto& there = subscriptions[id];
        there.id = id;
        there.amount_cents = terms.price_cents;
        there.currency = terms.currency;
        there.interval = terms.interval.unit;
        there.period = terms.interval.count;
        there.status = status;
    }

private:
    void note(const std::string& what, const std::string& request_id) {
        if (!refusal)
            changes.push_back(what + " [" + request_id + ']');
    }

    template <class T>
    void give(const callback<T>& then, outcome<T> answer) {
        auto deliver = [then, answer = refusal ? outcome<T>{*refusal} : std::move(answer)] { then(answer); };
        if (held)
            waiting_.emplace_back(std::move(deliver));
        else
            deliver();
    }

    std::vector<std::function<void()>> waiting_;
};

} // namespace atelier::test
