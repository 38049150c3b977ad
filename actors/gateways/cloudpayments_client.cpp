#include "actors/gateways/cloudpayments_client.hpp"

#include "actors/gateways/cloudpayments_requests.hpp"
#include "actors/gateways/cloudpayments_values.hpp"
#include "persistence/backoff.hpp"

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

/// Whether it may go better next time.
bool is_passing(const cloudpayments_response& response) {
    const bool none = response.status == 0 && !response.too_large;
    return none || response.status == 429 || response.status >= 500;
}

std::string trouble_of(const cloudpayments_response& response) {
    return response.status == 0 ? response.trouble : "HTTP status " + std::to_string(response.status);
}

void hide(std::string& text, const std::string& secret) {
    constexpr std::string_view hidden = "(hidden)";
    if (secret.empty())
        return;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + hidden.size()))
        text.replace(at, secret.size(), hidden);
}

/// Text of the gateway, of bounded length, that the logs can hold.
void shorten(std::string& text) {
    constexpr std::size_t longest = 200;
    text.resize(std::min(text.size(), longest));
    while (!text.empty() && !is_plain_text(text)) // cut within a character
        text.pop_back();
}

} // namespace

cloudpayments_client::cloudpayments_client(cloudpayments_client_settings settings, metrics& meters)
    : settings_{std::move(settings)}, meters_{meters}, pool_{settings_.connections, settings_.queue_limit} {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < settings_.connections; ++i)
        idle_.push_back(std::make_unique<cloudpayments_http>(settings_.access, stopping_));
}

cloudpayments_client::~cloudpayments_client() {
    stop();
}

void cloudpayments_client::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    stopped_.notify_all();
    pool_.stop(); // what still waits there finds that all is over
}

template <class T>
void cloudpayments_client::start(outcome<cloudpayments_request> what,
                                 outcome<T> (*reader)(const cloudpayments_reply&), callback<T> then) {
    if (!what) {
        then(std::move(what.error()));
        return;
    }
    const auto began = steady::now();
    auto job = [this, what = *what, began, reader, then] {
        const auto reply = exchange(what, began + settings_.timeout);
        finish<T>(what, began, reply ? reader(*reply) : outcome<T>{reply.error()}, then);
    };
    if (pool_.submit(std::move(job)))
        return;
    const bool over = stopping_;
    finish<T>(*what, began,
              over ? failure{errc::unavailable, "the client has stopped"}
                   : failure{errc::overloaded, "too many calls are waiting"},
              then);
}

template <class T>
void cloudpayments_client::finish(const cloudpayments_request& what, steady::time_point began,
                                  outcome<T> result, const callback<T>& then) {
    meters_.gateway_call(what.method, result ? "ok" : to_string(result.error().code),
                         std::chrono::floor<std::chrono::microseconds>(steady::now() - began));
    if (!result) {
        auto& detail = result.error().detail;
        hide(detail, settings_.access.secret);
        hide(detail, what.secret);
        shorten(detail); // not before: half a secret would not be found
        detail = "the gateway, asked for " + what.method + ": " + detail;
    }
    then(std::move(result));
}

outcome<cloudpayments_reply> cloudpayments_client::exchange(const cloudpayments_request& what,
                                                            steady::time_point deadline) {
    backoff pauses{settings_.first_pause, settings_.longest_pause};
    std::string trouble = "its turn did not come in time";
    for (int tries = 0; tries < settings_.attempts; ++tries) {
        if (tries > 0 && !pause(pauses.next(), deadline))
            break;
        const auto left = std::chrono::floor<std::chrono::milliseconds>(deadline - steady::now());
        if (stopping_ || left.count() <= 0)
            break;
        const auto response = attempt(what, left);
        if (!is_passing(response))
            return read_reply(response);
        trouble = trouble_of(response);
    }
    return failure{errc::unavailable, stopping_ ? "the client was stopped" : std::move(trouble)};
}

/// There are as many connections as threads, so one is always idle.
cloudpayments_response cloudpayments_client::attempt(const cloudpayments_request& what,
                                                     std::chrono::milliseconds left) {
    std::unique_ptr<cloudpayments_http> connection;
    {
        const std::lock_guard lock{mutex_};
        connection = std::move(idle_.back());
        idle_.pop_back();
    }
    auto response = connection->post(what, left);
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(connection));
    return response;
}

/// False when there is no time left after it, or the client has been stopped.
bool cloudpayments_client::pause(std::chrono::milliseconds length, steady::time_point deadline) {
    const auto until = steady::now() + length;
    if (until >= deadline)
        return false;
    std::unique_lock lock{mutex_};
    return !stopped_.wait_until(lock, until, [this] { return stopping_.load(); });
}

// -- the calls ----------------------------------------------------------------------------------------------

namespace requests = cloudpayments_requests;

void cloudpayments_client::test(callback<done> then) {
    start(requests::test(), read_done, std::move(then));
}

void cloudpayments_client::get_transaction(std::string transaction_id, callback<gateway_transaction> then) {
    start(requests::get_transaction(transaction_id), read_transaction, std::move(then));
}

void cloudpayments_client::find_payment(std::string invoice_id, callback<gateway_transaction> then) {
    start(requests::find_payment(invoice_id), read_transaction, std::move(then));
}

void cloudpayments_client::find_transaction(std::string invoice_id, callback<gateway_transaction> then) {
    start(requests::find_transaction(invoice_id), read_transaction, std::move(then));
}

void cloudpayments_client::list_transactions(gateway_period created, std::int32_t page,
                                             callback<gateway_page<gateway_transaction>> then) {
    start(requests::list_transactions(created, page), read_transactions, std::move(then));
}

void cloudpayments_client::list_chargebacks(gateway_period created, std::int32_t page,
                                            callback<gateway_page<gateway_chargeback>> then) {
    start(requests::list_chargebacks(created, page), read_chargebacks, std::move(then));
}

void cloudpayments_client::refund(std::string request_id, std::string transaction_id,
                                  std::int64_t amount_cents, callback<std::string> then) {
    start(requests::refund(std::move(request_id), transaction_id, amount_cents), read_refund,
          std::move(then));
}

void cloudpayments_client::confirm(std::string request_id, std::string transaction_id,
                                   std::int64_t amount_cents, callback<done> then) {
    start(requests::confirm(std::move(request_id), transaction_id, amount_cents), read_done, std::move(then));
}

void cloudpayments_client::release(std::string request_id, std::string transaction_id, callback<done> then) {
    start(requests::release(std::move(request_id), transaction_id), read_done, std::move(then));
}

void cloudpayments_client::charge(std::string request_id, gateway_charge order,
                                  callback<gateway_transaction> then) {
    start(requests::charge(std::move(request_id), order), read_transaction, std::move(then));
}

void cloudpayments_client::create_subscription(std::string request_id, gateway_subscription_order order,
                                               callback<gateway_subscription> then) {
    start(requests::create_subscription(std::move(request_id), order), read_subscription, std::move(then));
}

void cloudpayments_client::get_subscription(std::string id, callback<gateway_subscription> then) {
    start(requests::get_subscription(id), read_subscription, std::move(then));
}

void cloudpayments_client::find_subscriptions(std::string account_id,
                                              callback<std::vector<gateway_subscription>> then) {
    start(requests::find_subscriptions(account_id), read_subscriptions, std::move(then));
}

void cloudpayments_client::update_subscription(std::string request_id, std::string id,
                                               gateway_subscription_change change,
                                               callback<gateway_subscription> then) {
    start(requests::update_subscription(std::move(request_id), id, change), read_subscription,
          std::move(then));
}

void cloudpayments_client::cancel_subscription(std::string request_id, std::string id, callback<done> then) {
    start(requests::cancel_subscription(std::move(request_id), id), read_done, std::move(then));
}

} // namespace atelier
