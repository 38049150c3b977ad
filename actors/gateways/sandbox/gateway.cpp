#include "actors/gateways/sandbox/gateway.hpp"

#include "actors/gateways/sandbox/message_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

namespace atelier::sandbox {
namespace {

constexpr std::chrono::hours reply_lifetime{1};
/// Nobody sleeps longer than this: the machine's clock may be set.
constexpr std::chrono::seconds longest_sleep{60};

struct check_code {
    std::int64_t code;
    reason why;
};

/// What the gateway writes into its books for each way in which a Check can end badly.
std::optional<reason> refusal(const shop_reply& reply) {
    constexpr std::array known{
        check_code{10, reason::invalid_invoice_id}, check_code{11, reason::invalid_account_id},
        check_code{12, reason::invalid_amount},     check_code{13, reason::not_accepted},
        check_code{20, reason::out_of_date},
    };
    if (reply.accepted())
        return std::nullopt;
    if (reply.code) {
        const auto* const found = std::ranges::find(known, *reply.code, &check_code::code);
        return found == known.end() ? reason::format_error : found->why;
    }
    if (reply.http_status == 503)
        return reason::unavailable;
    return reply.http_status == 200 ? reason::format_error : reason::unable_to_connect;
}

} // namespace

outcome<std::unique_ptr<gateway>> gateway::open(gateway_options options, const clock& time,
                                                random_source& random) {
    std::unique_ptr<gateway> made{new gateway{std::move(options), time, random}};
    if (made->options_.journal.empty())
        return made;
    auto kept =
        journal::open(made->options_.journal, [&made](const journal_entry& entry) { made->restore(entry); });
    if (!kept)
        return kept.error();
    made->journal_ = std::move(*kept);
    return made;
}

gateway::gateway(gateway_options options, const clock& time, random_source& random)
    : options_{std::move(options)}, clock_{time}, repeats_{options_.minute, options_.odds, random},
      terminal_{random, options_.day}, notifier_{options_.notifications,
                                                 {[this](const delivery& repeated) {
                                                      journal_entry entry;
                                                      entry.deliveries.push_back(repeated);
                                                      const std::lock_guard lock{mutex_};
                                                      ++repeated_;
                                                      write(entry);
                                                  },
                                                  [this](const delivery& ended, bool accepted) {
                                                      journal_entry entry;
                                                      entry.delivered.push_back(ended.id);
                                                      const std::lock_guard lock{mutex_};
                                                      ++(accepted ? accepted_ : refused_);
                                                      write(entry);
                                                  }},
                                                 clock_,
                                                 repeats_} {}

gateway::~gateway() {
    stop();
}

void gateway::restore(const journal_entry& entry) {
    terminal_.restore(entry.what);
    for (const auto& each : entry.deliveries) {
        open_deliveries_[each.id] = each;
        next_delivery_ = std::max(next_delivery_, each.id + 1);
    }
    for (const auto id : entry.delivered)
        open_deliveries_.erase(id);
    if (entry.reply)
        replies_[entry.reply->request_id] = *entry.reply;
    if (entry.clock_offset)
        clock_.set_offset(*entry.clock_offset);
}

void gateway::start(const std::string& notify_url) {
    notifier_.start({notify_url, options_.secret, options_.shop_timeout});
    std::vector<delivery> left;
    {
        const std::lock_guard lock{mutex_};
        for (auto& [id, each] : open_deliveries_)
            left.push_back(std::move(each));
        open_deliveries_.clear();
    }
    send(std::move(left));
    due_ = std::thread{[this] { do_what_is_due(); }};
}

void gateway::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
    }
    due_changed_.notify_all();
    if (due_.joinable())
        due_.join();
    notifier_.stop();
}

// -- payments -----------------------------------------------------------------------------------------------

status gateway::pay(order what, std::string_view card_number, authentication holder, ended done) {
    auto paid_with = find_card(card_number);
    if (!paid_with)
        return invalid_field("card", "invalid", "Expected a card number of 12 to 19 digits.");
    if (!notifier_.has_room())
        return errc::overloaded;
    attempt next;
    next.holder = holder;
    next.done = std::move(done);
    {
        const std::lock_guard lock{mutex_};
        if (stopped_)
            return errc::unavailable;
        next.opened = terminal_.open(std::move(what), std::move(*paid_with), clock_.now());
    }
    ask_shop(std::move(next));
    return atelier::done{};
}

void gateway::authenticate(std::int64_t id, bool passed, ended done) {
    std::unique_lock lock{mutex_};
    auto decided = terminal_.authenticate(id, passed, clock_.now());
    auto deliveries = commit();
    lock.unlock();
    send(std::move(deliveries), [done = std::move(done), decided = std::move(decided)] { done(decided); });
}

void gateway::charge(token_order wanted, std::string request_id, reply_writer write, answered done) {
    if (!notifier_.has_room()) {
        done(errc::overloaded);
        return;
    }
    std::unique_lock lock{mutex_};
    auto known = find_reply(request_id);
    if (stopped_)
        known = errc::unavailable;
    if (known) {
        lock.unlock();
        done(std::move(*known));
        return;
    }
    auto opened = terminal_.open(std::move(wanted), clock_.now());
    if (!opened) {
        lock.unlock();
        done(write(opened));
        return;
    }
    if (!request_id.empty())
        under_way_.insert(request_id);
    lock.unlock();

    attempt next;
    next.opened = std::move(*opened);
    next.request_id = std::move(request_id);
    next.write = write;
    next.done = [write = std::move(write), done = std::move(done)](const outcome<transaction>& ended) {
        done(ended ? outcome<std::string>{write(ended)} : outcome<std::string>{ended.error()});
    };
    ask_shop(std::move(next));
}

void gateway::ask_shop(attempt next) {
    auto check = make_message("check", next.opened);
    notifier_.ask(std::move(check),
                  [this, asked = std::move(next)](const shop_reply& answer) { settle(asked, answer); });
}

void gateway::settle(const attempt& asked, const shop_reply& answer) {
    std::unique_lock lock{mutex_};
    under_way_.erase(asked.request_id);
    if (answer.http_status == 0 && stopped_) {
        lock.unlock();
        asked.done(errc::unavailable);
        return;
    }
    const auto refused = refusal(answer);
    auto settled =
        refused ? terminal_.refuse(asked.opened, *refused) : terminal_.accept(asked.opened, clock_.now());
    if (settled.status == transaction_status::awaiting_authentication && asked.holder != authentication::ask)
        settled =
            terminal_.authenticate(settled.id, asked.holder == authentication::confirm, clock_.now()).value();
    journal_entry entry;
    if (asked.write && !asked.request_id.empty()) {
        auto& reply = entry.reply.emplace();
        reply.request_id = asked.request_id;
        reply.body = asked.write(settled);
        reply.at = clock_.now();
    }
    auto deliveries = commit(std::move(entry));
    lock.unlock();
    send(std::move(deliveries), [done = asked.done, settled = std::move(settled)] { done(settled); });
}

// -- other commands -----------------------------------------------------------------------------------------

outcome<std::string> gateway::command(const std::string& request_id,
                                      const std::function<std::string(terminal&, instant)>& work) {
    std::unique_lock lock{mutex_};
    if (auto known = find_reply(request_id))
        return std::move(*known);
    auto body = work(terminal_, clock_.now());
    journal_entry entry;
    entry.what = terminal_.take_changes();
    if (entry.what.empty())
        return body;
    if (!request_id.empty()) {
        auto& reply = entry.reply.emplace();
        reply.request_id = request_id;
        reply.body = body;
        reply.at = clock_.now();
    }
    auto deliveries = commit(std::move(entry));
    lock.unlock();
    send(std::move(deliveries));
    return body;
}

std::optional<outcome<std::string>> gateway::find_reply(const std::string& request_id) {
    if (request_id.empty())
        return std::nullopt;
    const auto oldest = clock_.now() - reply_lifetime;
    std::erase_if(replies_, [&](const auto& entry) { return entry.second.at <= oldest; });
    if (const auto known = replies_.find(request_id); known != replies_.end())
        return known->second.body;
    if (under_way_.contains(request_id))
        return errc::idempotency_in_progress;
    return std::nullopt;
}

instant gateway::advance(microseconds by) {
    std::unique_lock lock{mutex_};
    clock_.set_offset(clock_.offset() + by);
    const auto now = clock_.now();
    terminal_.run_due(now);
    journal_entry entry;
    entry.clock_offset = clock_.offset();
    auto deliveries = commit(std::move(entry));
    lock.unlock();
    send(std::move(deliveries));
    notifier_.wake();
    return now;
}

gateway_state gateway::state() const {
    gateway_state now;
    now.now = clock_.now();
    now.waiting = notifier_.waiting();
    const std::lock_guard lock{mutex_};
    now.accepted = accepted_;
    now.repeated = repeated_;
    now.refused = refused_;
    return now;
}

// -- what all of them do ------------------------------------------------------------------------------------

/// Adds what the terminal has changed to `entry`, plans its notifications and writes it all down at once.
std::vector<delivery> gateway::commit(journal_entry entry) {
    auto more = terminal_.take_changes();
    if (entry.what.empty())
        entry.what = std::move(more);
    if (entry.what.empty() && !entry.reply && !entry.clock_offset)
        return {};
    entry.deliveries = repeats_.plan(std::exchange(entry.what.messages, {}), clock_.now(), next_delivery_);
    if (entry.reply)
        replies_[entry.reply->request_id] = *entry.reply;
    write(entry);
    due_changed_.notify_all();
    return std::move(entry.deliveries);
}

void gateway::write(const journal_entry& entry) {
    if (!journal_)
        return;
    if (const auto written = journal_->append(entry); !written)
        spdlog::critical("{}", written.error().detail); // it goes on, and forgets this at a restart
}

/// `first` is called after the first try to tell how a payment ended, or at once if that is told later or not
/// at all.
void gateway::send(std::vector<delivery> deliveries, notifier::tried first) {
    for (auto& each : deliveries) {
        const bool outcome_of_payment = (each.what.kind == "pay" || each.what.kind == "fail") && !each.once;
        notifier_.deliver(std::move(each),
                          outcome_of_payment ? std::exchange(first, nullptr) : notifier::tried{});
    }
    if (first)
        first();
}

void gateway::do_what_is_due() {
    std::unique_lock lock{mutex_};
    while (!stopped_) {
        const auto now = clock_.now();
        terminal_.run_due(now);
        if (auto deliveries = commit(); !deliveries.empty()) {
            lock.unlock();
            send(std::move(deliveries));
            lock.lock();
            continue;
        }
        microseconds span = longest_sleep;
        if (const auto due = terminal_.next_due())
            span = std::min(span, *due - now);
        due_changed_.wait_for(lock, span);
    }
}

} // namespace atelier::sandbox
