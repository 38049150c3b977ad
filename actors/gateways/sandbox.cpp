#include "actors/gateways/sandbox.hpp"

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace atelier {
namespace {

/// Transaction ids have ten digits and do not fit into a signed 32-bit integer, like the real ones.
constexpr std::int64_t first_transaction_id = std::int64_t{1} << 31U;
constexpr std::int64_t last_transaction_id = 9'999'999'999;

struct refusal {
    std::int64_t code;
    std::string_view reason;
    std::int32_t reason_code;
};

/// What the gateway writes into its journal for each way in which a Check can end badly.
sandbox_result refused(std::string transaction_id, const sandbox_reply& reply) {
    constexpr std::array known{
        refusal{10, "InvalidInvoiceId", 3001}, refusal{11, "InvalidAccountId", 3002},
        refusal{12, "InvalidAmount", 3003},    refusal{13, "NotAccepted", 3008},
        refusal{20, "OutOfDate", 3004},
    };
    refusal why{0, "FormatError", 3005};
    if (reply.code) {
        const auto* const found = std::ranges::find(known, *reply.code, &refusal::code);
        why = found == known.end() ? why : *found;
    } else if (reply.http_status == 503) {
        why = {0, "Unavailable", 3006};
    } else if (reply.http_status != 200) {
        why = {0, "UnableToConnect", 3007};
    }
    sandbox_result result;
    result.transaction_id = std::move(transaction_id);
    result.status = "Declined";
    result.reason = why.reason;
    result.reason_code = why.reason_code;
    return result;
}

sandbox_result decided(const sandbox_payment& payment) {
    sandbox_result result;
    result.transaction_id = payment.transaction_id;
    result.status = payment.card.approved() ? "Completed" : "Declined";
    result.reason = payment.card.reason;
    result.reason_code = payment.card.reason_code;
    return result;
}

constexpr auto later_due = [](const auto& a, const auto& b) { return a.due > b.due; };

} // namespace

sandbox::sandbox(sandbox_settings settings, const clock& time) : settings_{std::move(settings)}, time_{time} {
    curl_global_init(CURL_GLOBAL_DEFAULT); // counts its calls; thread-safe since libcurl 7.84
    workers_.reserve(settings_.workers);
    for (std::size_t i = 0; i < settings_.workers; ++i)
        workers_.emplace_back([this] { work(); });
}

sandbox::~sandbox() {
    stop();
    curl_global_cleanup();
}

status sandbox::pay(sandbox_order order, std::string_view card_number, callback done) {
    auto card = find_sandbox_card(card_number);
    if (!card)
        return invalid_field("card", "invalid", "Expected a card number of 12 to 19 digits.");
    {
        const std::lock_guard lock{mutex_};
        if (stopping_)
            return errc::unavailable;
        if (open_ >= settings_.capacity)
            return errc::overloaded;
        ++open_;
        attempts_.push_back(
            {{std::move(order), std::move(*card), next_transaction_id(), time_.now()}, std::move(done)});
    }
    changed_.notify_one();
    return atelier::done{};
}

void sandbox::stop() {
    std::vector<std::thread> workers;
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        workers.swap(workers_);
    }
    changed_.notify_all();
    for (auto& worker : workers)
        worker.join();

    std::deque<attempt> abandoned;
    {
        const std::lock_guard lock{mutex_};
        abandoned.swap(attempts_);
        repeats_.clear();
    }
    for (const auto& waiting : abandoned)
        waiting.done(errc::unavailable);
}

void sandbox::work() {
    sandbox_http http{settings_.base_url, settings_.timeout, stopping_};
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        if (!attempts_.empty()) {
            const auto next = std::move(attempts_.front());
            attempts_.pop_front();
            lock.unlock();
            settle(next, http);
            lock.lock();
        } else if (repeats_.empty()) {
            changed_.wait(lock);
        } else if (const auto due = repeats_.front().due; due > steady::now()) {
            changed_.wait_until(lock, due);
        } else {
            std::ranges::pop_heap(repeats_, later_due);
            auto next = std::move(repeats_.back());
            repeats_.pop_back();
            lock.unlock();
            deliver(std::move(next), http);
            lock.lock();
        }
    }
}

void sandbox::settle(const attempt& accepted, sandbox_http& http) {
    const auto& payment = accepted.payment;
    const auto answer = http.post(make_sandbox_message("check", payment, settings_.secret));
    if (!answer.accepted()) {
        close_one();
        if (answer.http_status == 0 && stopping_)
            accepted.done(errc::unavailable);
        else
            accepted.done(refused(payment.transaction_id, answer));
        return;
    }
    const auto* const kind = payment.card.approved() ? "pay" : "fail";
    deliver({steady::now(), make_sandbox_message(kind, payment, settings_.secret), payment.transaction_id, 0},
            http);
    accepted.done(decided(payment));
}

void sandbox::deliver(repeat delivery, sandbox_http& http) {
    const auto answer = http.post(delivery.message);
    ++delivery.tries;
    if (answer.accepted() || stopping_) {
        close_one();
        return;
    }
    if (delivery.tries >= settings_.tries) {
        spdlog::error("sandbox: {} of transaction {} given up after {} tries (HTTP status {})",
                      delivery.message.kind, delivery.transaction_id, delivery.tries, answer.http_status);
        close_one();
        return;
    }
    spdlog::warn("sandbox: {} of transaction {} was not accepted (try {}, HTTP status {})",
                 delivery.message.kind, delivery.transaction_id, delivery.tries, answer.http_status);
    delivery.due = steady::now() + pause_after(delivery.tries);
    {
        const std::lock_guard lock{mutex_};
        repeats_.push_back(std::move(delivery));
        std::ranges::push_heap(repeats_, later_due);
    }
    changed_.notify_one();
}

void sandbox::close_one() {
    const std::lock_guard lock{mutex_};
    --open_;
}

std::string sandbox::next_transaction_id() {
    // One for each millisecond: unique over restarts unless payments are made faster than that for long, for
    // the 90 days that it takes the range to come round again.
    const auto now = std::chrono::floor<std::chrono::milliseconds>(time_.now().time_since_epoch()).count();
    last_tick_ = std::max<std::int64_t>(last_tick_ + 1, now);
    return std::to_string(first_transaction_id +
                          last_tick_ % (last_transaction_id - first_transaction_id + 1));
}

sandbox::steady::duration sandbox::pause_after(int tries) const {
    constexpr std::array minutes{1, 2, 5, 10, 30};
    const auto last = static_cast<int>(minutes.size()) - 1;
    return settings_.minute * minutes.at(static_cast<std::size_t>(std::min(tries - 1, last)));
}

} // namespace atelier
