#include "bench/spender.hpp"

#include "bench/percentile.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <thread>
#include <utility>

namespace atelier::bench {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr tokens cost = 1;
constexpr auto generation_time_limit = std::chrono::hours{24};
constexpr std::size_t activations_under_way = 500;
constexpr auto answer_limit = 60s;
constexpr auto activation_limit = 10min;
constexpr auto refusal_pause = 5ms;
constexpr std::size_t unpark_interval = 100; ///< spends of an open loop

std::int64_t now() {
    return std::chrono::nanoseconds{steady::now().time_since_epoch()}.count();
}

std::int64_t nanoseconds(std::chrono::duration<double> d) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count();
}

void sleep_until(std::int64_t moment) {
    std::this_thread::sleep_until(steady::time_point{std::chrono::nanoseconds{moment}});
}

/// Waits until nothing is under way any more; calls `meanwhile` now and then.
template <class Meanwhile>
status wait_for_none(const std::atomic<std::size_t>& under_way, std::chrono::seconds limit,
                     Meanwhile meanwhile) {
    for (const auto until = steady::now() + limit; under_way > 0;) {
        if (steady::now() > until)
            return failure{errc::unavailable, std::to_string(under_way) + " answers stay out"};
        meanwhile();
        std::this_thread::sleep_for(1ms);
    }
    return done{};
}

} // namespace

spender::spender(caf::actor_system& system, wallets_actor wallets, const users& who, std::int64_t styles)
    : system_{system}, wallets_{std::move(wallets)}, who_{who}, styles_{styles},
      inbox_{system, [this](std::uint64_t number, const caf::message* answer) { answered(number, answer); }} {
}

// -- activation ---------------------------------------------------------------------------------------------

status spender::activate(const std::vector<user_id>& whom) {
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> failed{0};
    std::atomic<std::size_t> under_way{std::min(activations_under_way, whom.size())};
    std::function<void()> ask_next;
    inbox answers{system_, [&](std::uint64_t, const caf::message* answer) {
                      if (answer == nullptr || !answer->match_elements<outcome<wallet_view>>() ||
                          !answer->get_as<outcome<wallet_view>>(0))
                          ++failed;
                      ask_next();
                  }};
    ask_next = [&] {
        if (const auto i = next++; i < whom.size())
            answers.ask(wallets_, i + 1, read_wallet{whom[i], false});
        else
            --under_way;
    };
    for (auto left = under_way.load(); left > 0; --left)
        ask_next();
    if (auto all = wait_for_none(under_way, activation_limit, [] {}); !all)
        return all;
    if (failed > 0)
        return failure{errc::unavailable, std::to_string(failed) + " wallets cannot be read"};
    return done{};
}

// -- spending -----------------------------------------------------------------------------------------------

void spender::send(std::size_t which, std::int64_t due) {
    auto& s = slots_[which];
    s.current.user = who_.next(s.random);
    s.current.invoked = due;
    const style_id style{1 + s.current.user.value % styles_};
    spend_tokens command{s.current.user, image_id{s.current.user.value}, style, cost};
    command.seed = static_cast<std::int64_t>(next_random(s.random) >> 32U);
    command.parameters = "{}";
    command.time_limit = generation_time_limit;
    inbox_.ask(wallets_, which + 1, std::move(command));
}

void spender::answered(std::uint64_t number, const caf::message* answer) {
    auto& s = slots_[number - 1];
    const auto returned = now();
    if (answer == nullptr || !answer->match_elements<outcome<receipt>>()) {
        refused(number - 1, "the wallets have ended");
        return;
    }
    const auto& done = answer->get_as<outcome<receipt>>(0);
    if (!done) {
        refused(number - 1, std::string{to_string(done.error().code)} + ' ' + done.error().detail);
        return;
    }
    s.current.last = done.value().last;
    s.current.balance = done.value().balance;
    s.current.returned = returned;
    s.replies.push_back(s.current);
    if (returned < resend_until_) {
        send(number - 1, returned);
        return;
    }
    s.busy = false;
    --under_way_;
}

/// Whoever is refused tries again after a pause, in a closed loop.
void spender::refused(std::size_t which, std::string why) {
    const std::lock_guard lock{mutex_};
    if (++refusals_ == 1)
        refusal_ = std::move(why);
    parked_.push_back(which);
}

/// Lets those that were refused go on, or end.
void spender::unpark() {
    std::vector<std::size_t> parked;
    {
        const std::lock_guard lock{mutex_};
        parked.swap(parked_);
    }
    for (const auto which : parked) {
        if (now() < resend_until_) {
            send(which, now());
        } else {
            slots_[which].busy = false;
            --under_way_;
        }
    }
}

outcome<load_report> spender::run(const load_plan& plan) {
    slots_ = std::vector<slot>(plan.in_flight);
    for (std::uint64_t seed = 1; auto& s : slots_)
        s.random = seed++ << 32U;
    begin_ = now() + nanoseconds(plan.warm_up);
    if (plan.rate > 0) {
        if (auto kept = open_loop(plan); !kept)
            return kept.error();
    } else {
        closed_loop(plan);
    }
    if (auto all = wait_for_none(under_way_, answer_limit, [this] { unpark(); }); !all)
        return all.error();
    return summary(plan);
}

void spender::closed_loop(const load_plan& plan) {
    const auto end = begin_ + nanoseconds(plan.measured);
    resend_until_ = end;
    under_way_ = slots_.size();
    for (std::size_t i = 0; i < slots_.size(); ++i)
        send(i, now());
    const auto wait = [this](std::int64_t moment) {
        for (; now() < moment; sleep_until(std::min(moment, now() + nanoseconds(refusal_pause))))
            unpark();
    };
    wait(begin_);
    plan.on_begin();
    wait(end);
    plan.on_end();
}

status spender::open_loop(const load_plan& plan) {
    const auto end = begin_ + nanoseconds(plan.measured);
    std::uint64_t random = 1;
    std::size_t turn = 0;
    bool begun = false;
    for (auto due = now(); due < end;) {
        if (!begun && due >= begin_) {
            begun = true;
            plan.on_begin();
        }
        // Short waits are not worth a sleep: it would make them longer.
        if (due - now() > nanoseconds(50us))
            sleep_until(due);
        if (turn % unpark_interval == 0)
            unpark();
        auto& s = slots_[turn];
        if (s.busy.exchange(true))
            return failure{errc::overloaded, "the engine cannot keep up with this rate"};
        ++under_way_;
        send(turn, due);
        turn = (turn + 1) % slots_.size();
        const auto gap = -std::log(1 - unit_interval(next_random(random))) / plan.rate;
        due += nanoseconds(std::chrono::duration<double>{gap});
    }
    plan.on_end();
    return done{};
}

load_report spender::summary(const load_plan& plan) const {
    load_report report;
    const auto end = begin_ + nanoseconds(plan.measured);
    std::vector<std::int64_t> latencies;
    for (const auto& s : slots_) {
        report.acknowledged += s.replies.size();
        for (const auto& r : s.replies)
            if (begin_ <= r.returned && r.returned < end)
                latencies.push_back(r.returned - r.invoked);
    }
    std::ranges::sort(latencies);
    report.measured = latencies.size();
    report.per_second = static_cast<double>(latencies.size()) / plan.measured.count();
    const auto milliseconds = [](std::int64_t ns) { return static_cast<double>(ns) * 1e-6; };
    report.p50 = milliseconds(percentile(latencies, 0.5));
    report.p99 = milliseconds(percentile(latencies, 0.99));
    report.longest = milliseconds(percentile(latencies, 1));
    const std::lock_guard lock{mutex_};
    report.refused = refusals_;
    report.refusal = refusal_;
    return report;
}

std::vector<acknowledged_spend> spender::take_replies() {
    std::vector<acknowledged_spend> all;
    for (auto& s : slots_)
        std::ranges::move(s.replies, std::back_inserter(all));
    slots_.clear();
    return all;
}

} // namespace atelier::bench
