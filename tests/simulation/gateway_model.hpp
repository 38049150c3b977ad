#pragma once

#include "actors/domain/time.hpp"
#include "actors/gateways/gateway_client.hpp"

#include <map>
#include <set>
#include <string>

namespace atelier::test {

/// The gateway, as far as subscriptions ask it for something: answers at once and does what it is asked, once
/// for each request. It outlives the processes that ask it. What it charges and makes is named after what
/// was asked, so that it has the same name on every day of that seed.
class gateway_model final : public gateway_client {
public:
    explicit gateway_model(const clock& time) : time_{time} {}

    std::set<std::string> without_funds; ///< invoices for which no card can be charged

    void test(callback<done> then) override { then(done{}); }

    void get_transaction(std::string id, callback<gateway_transaction> then) override;
    void find_payment(std::string invoice_id, callback<gateway_transaction> then) override;
    void find_transaction(std::string invoice_id, callback<gateway_transaction> then) override;
    void list_transactions(gateway_period created, std::int32_t page,
                           callback<gateway_page<gateway_transaction>> then) override;
    void list_chargebacks(gateway_period created, std::int32_t page,
                          callback<gateway_page<gateway_chargeback>> then) override;
    void refund(std::string request_id, std::string transaction_id, std::int64_t amount_cents,
                callback<std::string> then) override;
    void confirm(std::string request_id, std::string transaction_id, std::int64_t amount_cents,
                 callback<done> then) override;
    void release(std::string request_id, std::string transaction_id, callback<done> then) override;
    void charge(std::string request_id, gateway_charge order, callback<gateway_transaction> then) override;

    void create_subscription(std::string request_id, gateway_subscription_order order,
                             callback<gateway_subscription> then) override;
    /// Of one that it was not asked to make: the widget has made it, and it goes on.
    void get_subscription(std::string id, callback<gateway_subscription> then) override;
    void find_subscriptions(std::string account_id,
                            callback<std::vector<gateway_subscription>> then) override;
    void update_subscription(std::string request_id, std::string id, gateway_subscription_change change,
                             callback<gateway_subscription> then) override;
    void cancel_subscription(std::string request_id, std::string id, callback<done> then) override;
    void stop() override {}

    /// The transaction by which the order of that invoice is paid with a saved card.
    [[nodiscard]] static std::string transaction_for(const std::string& invoice_id) {
        return "card-" + invoice_id;
    }

    [[nodiscard]] std::size_t charged() const { return charges_.size(); }
    /// Cards that were charged more than once for one order.
    [[nodiscard]] const std::set<std::string>& charged_twice() const { return twice_; }
    /// How many subscriptions it was asked to make.
    [[nodiscard]] std::size_t created() const { return created_; }
    [[nodiscard]] bool goes_on(const std::string& id) const;
    /// By itself, after so many successful charges.
    void has_ended(const std::string& id, gateway_standing standing, std::int32_t successes);

private:
    gateway_subscription& known(const std::string& id);

    const clock& time_;
    std::map<std::string, gateway_transaction> charges_; ///< by invoice
    std::set<std::string> twice_;
    std::map<std::string, gateway_subscription> subscriptions_;
    std::size_t created_ = 0;
};

} // namespace atelier::test
