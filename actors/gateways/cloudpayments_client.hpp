#pragma once

#include "actors/gateways/cloudpayments_http.hpp"
#include "actors/gateways/cloudpayments_reply.hpp"
#include "actors/gateways/gateway_client.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/runtime/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace atelier {

struct cloudpayments_client_settings {
    cloudpayments_access access;
    std::size_t connections = 4;               ///< calls at once; a test terminal takes 5, a live one 30
    std::size_t queue_limit = 1000;            ///< calls that wait for a connection
    std::chrono::milliseconds timeout{30'000}; ///< of a call, from its begin to its answer
    int attempts = 5;                          ///< of one call
    std::chrono::milliseconds first_pause{250};
    std::chrono::milliseconds longest_pause{5'000};
};

/// The API of CloudPayments. A call that gets no response, or HTTP status 429 or 5xx, is sent again after a
/// growing pause with jitter, with the same X-Request-ID, until its attempts or its time are used up.
/// Source: CloudPayments developer documentation, "API".
class cloudpayments_client final : public gateway_client {
public:
    /// Starts the threads. `meters` outlives it.
    cloudpayments_client(cloudpayments_client_settings settings, metrics& meters);
    ~cloudpayments_client() override; ///< stops
    cloudpayments_client(const cloudpayments_client&) = delete;
    cloudpayments_client& operator=(const cloudpayments_client&) = delete;

    void test(callback<done> then) override;
    void get_transaction(std::string transaction_id, callback<gateway_transaction> then) override;
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
    void get_subscription(std::string id, callback<gateway_subscription> then) override;
    void find_subscriptions(std::string account_id,
                            callback<std::vector<gateway_subscription>> then) override;
    void update_subscription(std::string request_id, std::string id, gateway_subscription_change change,
                             callback<gateway_subscription> then) override;
    void cancel_subscription(std::string request_id, std::string id, callback<done> then) override;
    void stop() override;

private:
    using steady = std::chrono::steady_clock;

    template <class T>
    void start(outcome<cloudpayments_request> what, outcome<T> (*reader)(const cloudpayments_reply&),
               callback<T> then);
    template <class T>
    void finish(const cloudpayments_request& what, steady::time_point began, outcome<T> result,
                const callback<T>& then);
    [[nodiscard]] outcome<cloudpayments_reply> exchange(const cloudpayments_request& what,
                                                        steady::time_point deadline);
    [[nodiscard]] cloudpayments_response attempt(const cloudpayments_request& what,
                                                 std::chrono::milliseconds left);
    [[nodiscard]] bool pause(std::chrono::milliseconds length, steady::time_point deadline);

    const cloudpayments_client_settings settings_;
    metrics& meters_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_; ///< guards what follows
    std::condition_variable stopped_;
    std::vector<std::unique_ptr<cloudpayments_http>> idle_; ///< as many connections as threads
    worker_pool pool_;                                      ///< last: its threads use all of the above
};

} // namespace atelier
