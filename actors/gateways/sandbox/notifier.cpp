#include "actors/gateways/sandbox/notifier.hpp"

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace atelier::sandbox {
namespace {

/// Nobody sleeps longer than this: the machine's clock may be set.
constexpr std::chrono::seconds longest_sleep{60};

constexpr auto later_due = [](const auto& a, const auto& b) {
    return std::pair{a.what.due, a.what.id} > std::pair{b.what.due, b.what.id};
};

} // namespace

notifier::notifier(notifier_options options, notifier_hooks hooks, const clock& time, const schedule& repeats)
    : options_{options}, hooks_{std::move(hooks)}, time_{time}, repeats_{repeats} {
    curl_global_init(CURL_GLOBAL_DEFAULT); // counts its calls; thread-safe since libcurl 7.84
}

notifier::~notifier() {
    stop();
    curl_global_cleanup();
}

void notifier::start(const shop_address& shop) {
    const std::lock_guard lock{mutex_};
    workers_.reserve(options_.workers);
    for (std::size_t i = 0; i < options_.workers; ++i)
        workers_.emplace_back([this, shop] { work(shop); });
}

bool notifier::has_room() const {
    const std::lock_guard lock{mutex_};
    return questions_.size() + deliveries_.size() + under_way_ < options_.capacity;
}

void notifier::ask(message check, answered done) {
    {
        const std::lock_guard lock{mutex_};
        if (!stopping_)
            questions_.push_back({std::move(check), std::exchange(done, nullptr)});
    }
    if (done)
        done({});
    changed_.notify_one();
}

void notifier::deliver(delivery next, tried first) {
    const bool later = next.due > time_.now();
    {
        const std::lock_guard lock{mutex_};
        if (!stopping_)
            push(std::move(next), later ? tried{} : std::exchange(first, nullptr));
    }
    if (first)
        first();
    changed_.notify_one();
}

void notifier::wake() {
    const std::lock_guard lock{mutex_}; // nobody is between looking at the time and going to sleep
    changed_.notify_all();
}

std::size_t notifier::waiting() const {
    const std::lock_guard lock{mutex_};
    return deliveries_.size() + under_way_;
}

void notifier::stop() {
    std::vector<std::thread> workers;
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        workers.swap(workers_);
    }
    changed_.notify_all();
    for (auto& worker : workers)
        worker.join();

    std::deque<question> questions;
    std::vector<waiting_delivery> deliveries;
    {
        const std::lock_guard lock{mutex_};
        questions.swap(questions_);
        deliveries.swap(deliveries_);
    }
    for (const auto& each : questions)
        each.done({});
    for (const auto& each : deliveries)
        if (each.first)
            each.first();
}

void notifier::work(const shop_address& shop) {
    shop_client client{shop, stopping_};
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        if (!questions_.empty()) {
            const auto next = std::move(questions_.front());
            questions_.pop_front();
            lock.unlock();
            next.done(client.post(next.check));
            lock.lock();
        } else if (!deliveries_.empty() && deliveries_.front().what.due <= time_.now()) {
            std::ranges::pop_heap(deliveries_, later_due);
            auto next = std::move(deliveries_.back());
            deliveries_.pop_back();
            ++under_way_;
            lock.unlock();
            const bool repeat = try_once(next.what, client);
            if (next.first)
                next.first();
            lock.lock();
            --under_way_;
            if (repeat)
                push(std::move(next.what), {});
        } else {
            wait(lock);
        }
    }
}

void notifier::wait(std::unique_lock<std::mutex>& lock) {
    std::chrono::microseconds span = longest_sleep;
    if (!deliveries_.empty())
        span = std::min(span, deliveries_.front().what.due - time_.now());
    changed_.wait_for(lock, span);
}

/// Whether it is to be repeated.
bool notifier::try_once(delivery& what, shop_client& client) {
    const auto answer = client.post(what.what, what.forged);
    ++what.tries;
    if (answer.accepted()) {
        hooks_.on_end(what, true);
        return false;
    }
    if (stopping_)
        return false;
    if (what.once || what.tries >= options_.tries) {
        if (!what.once)
            spdlog::error("sandbox: {} of {} given up after {} tries (HTTP status {})", what.what.kind,
                          what.what.subject, what.tries, answer.http_status);
        hooks_.on_end(what, false);
        return false;
    }
    spdlog::warn("sandbox: {} of {} was not accepted (try {}, HTTP status {})", what.what.kind,
                 what.what.subject, what.tries, answer.http_status);
    what.due = time_.now() + repeats_.pause_after(what.tries);
    hooks_.on_repeat(what);
    return true;
}

/// The caller holds the lock.
void notifier::push(delivery next, tried first) {
    deliveries_.push_back({std::move(next), std::move(first)});
    std::ranges::push_heap(deliveries_, later_due);
}

} // namespace atelier::sandbox
