#include "tests/simulation/gateway_model.hpp"

#include <utility>

namespace atelier::test {

void gateway_model::get_transaction(std::string id, callback<gateway_transaction> then) {
    for (const auto& [invoice, transaction] : charges_)
        if (transaction.transaction_id == id)
            return then(transaction);
    then(errc::not_found);
}

void gateway_model::find_payment(std::string invoice_id, callback<gateway_transaction> then) {
    if (const auto known = charges_.find(invoice_id); known != charges_.end())
        then(known->second);
    else
        then(errc::not_found);
}

void gateway_model::find_transaction(std::string invoice_id, callback<gateway_transaction> then) {
    find_payment(std::move(invoice_id), std::move(then));
}

void gateway_model::list_transactions(gateway_period, std::int32_t,
                                      callback<gateway_page<gateway_transaction>> then) {
    then(gateway_page<gateway_transaction>{});
}

void gateway_model::list_chargebacks(gateway_period, std::int32_t,
                                     callback<gateway_page<gateway_chargeback>> then) {
    then(gateway_page<gateway_chargeback>{});
}

void gateway_model::refund(std::string, std::string, std::int64_t, callback<std::string> then) {
    then(errc::not_found);
}

void gateway_model::confirm(std::string, std::string, std::int64_t, callback<done> then) {
    then(errc::not_found);
}

void gateway_model::release(std::string, std::string, callback<done> then) {
    then(errc::not_found);
}

void gateway_model::charge(std::string, gateway_charge order, callback<gateway_transaction> then) {
    gateway_transaction made;
    made.transaction_id = transaction_for(order.invoice_id);
    made.type = gateway_operation::payment;
    made.amount_cents = order.amount_cents;
    made.currency = order.currency;
    made.invoice_id = order.invoice_id;
    made.account_id = order.account_id;
    made.token = order.token;
    made.test_mode = true;
    made.created_at = time_.now();
    const bool declined = without_funds.contains(order.invoice_id);
    made.status = declined ? transaction_status::declined : transaction_status::completed;
    // Whoever asks has looked before: the card must not be charged again, with the same request or another.
    if (!charges_.try_emplace(order.invoice_id, made).second)
        twice_.insert(order.invoice_id);
    then(std::move(made));
}

void gateway_model::create_subscription(std::string request_id, gateway_subscription_order order,
                                        callback<gateway_subscription> then) {
    auto [place, fresh] = subscriptions_.try_emplace("sc-" + request_id);
    auto& made = place->second;
    if (fresh) {
        ++created_;
        made.id = place->first;
        made.account_id = order.account_id;
        made.amount_cents = order.amount_cents;
        made.currency = order.currency;
        made.status = gateway_standing::active;
        made.interval = order.interval;
        made.period = order.period;
        made.starts_at = order.starts_at;
    }
    then(made);
}

gateway_subscription& gateway_model::known(const std::string& id) {
    auto [place, fresh] = subscriptions_.try_emplace(id);
    if (fresh) {
        place->second.id = id;
        place->second.status = gateway_standing::active;
    }
    return place->second;
}

void gateway_model::get_subscription(std::string id, callback<gateway_subscription> then) {
    then(known(id));
}

void gateway_model::find_subscriptions(std::string account_id,
                                       callback<std::vector<gateway_subscription>> then) {
    std::vector<gateway_subscription> found;
    for (const auto& [id, there] : subscriptions_)
        if (there.account_id == account_id)
            found.push_back(there);
    then(std::move(found));
}

void gateway_model::update_subscription(std::string, std::string id, gateway_subscription_change change,
                                        callback<gateway_subscription> then) {
    auto& there = known(id);
    there.status = gateway_standing::active; // also of one that had ended
    there.amount_cents = change.amount_cents.value_or(there.amount_cents);
    there.currency = change.currency.empty() ? there.currency : change.currency;
    there.interval = change.interval.value_or(there.interval);
    there.period = change.period.value_or(there.period);
    then(there);
}

void gateway_model::cancel_subscription(std::string, std::string id, callback<done> then) {
    known(id).status = gateway_standing::cancelled;
    then(done{});
}

void gateway_model::has_ended(const std::string& id, gateway_standing standing, std::int32_t successes) {
    auto& ended = known(id);
    ended.status = standing;
    ended.successful_transactions = successes;
}

bool gateway_model::goes_on(const std::string& id) const {
    const auto there = subscriptions_.find(id);
    return there == subscriptions_.end() || !atelier::has_ended(there->second.status);
}

} // namespace atelier::test
