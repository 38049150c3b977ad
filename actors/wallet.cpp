#include "actors/wallet.hpp"

#include "actors/domain/views.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/wallet_decisions.hpp"
#include "actors/wallet_views.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iterator>
#include <type_traits>
#include <utility>

namespace atelier {
namespace {

/// How often a command itself may run into somebody else's write before it is given up.
constexpr int conflicts_max = 5;
/// How often a wallet that is never at rest tells its balance.
constexpr std::chrono::milliseconds balance_pause{100};

/// What `wallet::apply` needs of a change set.
change_set lot_changes(const change_set& changes) {
    change_set moved{changes.user, changes.at};
    moved.new_purchases = changes.new_purchases;
    moved.purchase_changes = changes.purchase_changes;
    moved.debt_changes = changes.debt_changes;
    return moved;
}

bool empty(const change_set& changes) {
    return changes.journal.empty() && changes.new_payments.empty() && changes.generation_changes.empty() &&
           changes.payment_changes.empty() && changes.subscription_changes.empty() &&
           changes.charge_refunds.empty();
}

} // namespace

std::uint64_t wallet_state::next_life() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

wallet_state::wallet_state(wallet_actor::pointer self) : self_{self}, life_{next_life()} {}

wallet_state::~wallet_state() {
    hide();
}

void wallet_state::start(const wallet_context& context, user_id user, bool after_crash) {
    context_ = &context;
    user_ = user;
    unsettled_ = after_crash;
}

// -- messages -----------------------------------------------------------------------------------------------

caf::typed_response_promise<outcome<receipt>> wallet_state::on(command what) {
    auto promise = self_->make_response_promise<outcome<receipt>>();
    admit(entry{std::move(what), answer{promise}});
    return promise;
}

caf::typed_response_promise<outcome<wallet_view>> wallet_state::on(read_wallet question) {
    auto promise = self_->make_response_promise<outcome<wallet_view>>();
    const bool in_use = activity_ && !activity_->in_flight.empty();
    if (lots_ && (in_use || fresh())) {
        if (question.show && !in_use)
            show();
        promise.deliver(outcome<wallet_view>{view()});
        return promise;
    }
    auto& work = busy();
    work.readers.emplace_back(promise);
    work.show = work.show || question.show;
    load();
    return promise;
}

retired wallet_state::on(retire) {
    if (unsettled_)
        load(); // the next wallet would not know
    return {user_.value, activity_ == nullptr};
}

wallet_state::activity& wallet_state::busy() {
    if (!activity_)
        activity_ = std::make_unique<activity>();
    return *activity_;
}

// -- deciding -----------------------------------------------------------------------------------------------

void wallet_state::admit(entry e) {
    auto& work = busy();
    if (work.in_flight.size() + work.waiting.size() >= context_->in_flight_limit) {
        context_->meters.admission_refusals.Increment();
        e.who.deliver(failure{errc::overloaded, "Too many commands of this wallet are waiting."});
        return;
    }
    if (!lots_ || work.broken || work.draining || work.loading) {
        work.waiting.push_back(std::move(e));
        if (!lots_)
            load();
        return;
    }
    execute(std::move(e));
}

void wallet_state::execute(entry e) {
    auto& work = busy();
    if (auto conflict = key_conflict(e.what)) {
        e.who.deliver(std::move(*conflict));
        rest();
        return;
    }
    receipt result;
    auto changes = decide({*lots_, *context_, user_}, e.what, result);
    if (!changes && worth_another_look(e, changes.error())) {
        e.looked_again = true;
        work.waiting.push_back(std::move(e));
        work.draining = true;
        if (work.in_flight.empty())
            load_again();
        return;
    }
    const bool writes = changes && !empty(*changes);
    if (changes)
        e.result = std::move(result);
    else
        e.result = changes.error();
    e.moved = writes ? lot_changes(*changes) : change_set{}; // it may have been decided before
    if (writes) {
        if (!work.committed)
            work.committed = *lots_;
        lots_->apply(e.moved);
        changes->life = life_;
        const auto number = work.first + work.in_flight.size();
        if (work.in_flight.empty())
            work.writer = context_->actors.writer_of(user_);
        self_->request(work.writer, caf::infinite, commit_changes{std::move(*changes)})
            .then([this, number](commit_verdict verdict) { settle(number, verdict); },
                  [this, number](const caf::error&) { settle(number, commit_verdict::unavailable); });
    } else {
        // A refusal was decided on what is in flight: it stands once that is durable.
        e.verdict = commit_verdict::committed;
    }
    work.in_flight.push_back(std::move(e));
    if (!writes)
        settle_front();
}

std::optional<failure> wallet_state::key_conflict(const command& what) const {
    const auto& key = key_of(what);
    if (!key)
        return std::nullopt;
    for (const auto& other : activity_->in_flight) {
        const auto& used = key_of(other.what);
        if (!used || used->key != key->key)
            continue;
        if (used->fingerprint != key->fingerprint)
            return failure{errc::idempotency_key_reused};
        failure again{errc::idempotency_in_progress};
        again.retry_after = std::chrono::seconds{1};
        return again;
    }
    return std::nullopt;
}

// -- settling -----------------------------------------------------------------------------------------------

void wallet_state::settle(std::uint64_t number, commit_verdict verdict) {
    auto& work = busy();
    work.in_flight.at(number - work.first).verdict = verdict;
    settle_front();
}

void wallet_state::settle_front() {
    auto& work = busy();
    while (!work.broken && !work.in_flight.empty() && work.in_flight.front().verdict) {
        auto& e = work.in_flight.front();
        if (*e.verdict != commit_verdict::committed) {
            work.broken = true;
            break;
        }
        if (work.committed)
            work.committed->apply(e.moved);
        if (!e.moved.purchase_changes.empty() || !e.moved.new_purchases.empty()) {
            hide();
            work.untold = true;
        }
        finish(e);
        work.in_flight.pop_front();
        ++work.first;
    }
    if (work.untold)
        tell_balance();
    if (work.broken)
        recover();
    else if (work.draining && work.in_flight.empty())
        load_again();
    else
        rest();
}

void wallet_state::trace(const spend_tokens& command, const entry& e) const {
    if (context_->spans == nullptr)
        return;
    const auto& spans = *context_->spans;
    tracer::attributes more{{"user", user_.value}, {"conflicts", e.conflicts}};
    if (!e.result)
        more.emplace_back("refused", std::string{to_string(e.result.error().code)});
    else if (e.result->generation)
        more.emplace_back("generation", e.result->generation.value);
    spans.end("wallet.spend", command.why, spans.begin(command.why), e.since, std::move(more));
}

void wallet_state::finish(entry& e) {
    const auto* const spend = std::get_if<spend_tokens>(&e.what);
    if (spend != nullptr)
        trace(*spend, e);
    if (e.result && e.result->amount != 0) {
        const auto& done = *e.result;
        const auto amount = static_cast<double>(std::abs(done.amount));
        std::visit(
            [&]<class Command>(const Command&) {
                if constexpr (std::is_same_v<Command, spend_tokens>)
                    context_->meters.tokens_moved("spend", amount);
                else if constexpr (std::is_same_v<Command, credit_payment>)
                    context_->meters.tokens_moved("purchase", amount);
                else if constexpr (std::is_same_v<Command, grant_tokens>)
                    context_->meters.tokens_moved("grant", amount);
                else if constexpr (std::is_same_v<Command, refund_generation>)
                    context_->meters.tokens_moved("refund", amount);
                else if constexpr (std::is_same_v<Command, credit_charge>)
                    context_->meters.tokens_moved("subscription", amount);
                else if constexpr (std::is_same_v<Command, claw_back>)
                    context_->meters.tokens_moved("clawback", amount);
                else if constexpr (std::is_same_v<Command, expire_lots>)
                    context_->meters.tokens_moved("expire", amount);
            },
            e.what);
        if (done.generation) {
            if (context_->news != nullptr && context_->news->has_audience(user_))
                context_->news->tell(user_, done.generation, {"status", done.body});
            start_generation begun{done.generation, user_, done.deadline, done.style};
            if (spend != nullptr)
                begun.why = spend->why;
            self_->send(context_->actors.get<generations_actor>(), std::move(begun));
        }
    }
    if (!e.result && key_of(e.what)) {
        replay(std::move(e));
        return;
    }
    e.who.deliver(std::move(e.result));
}

/// Something was refused. Once all that is in flight has come back, nothing of it is true: read again, and
/// carry out again what can be.
void wallet_state::recover() {
    auto& work = busy();
    for (const auto& e : work.in_flight)
        if (!e.verdict)
            return;
    auto returned = std::exchange(work.in_flight, {});
    work.first = 0;
    work.broken = false;
    work.draining = false;
    work.committed.reset();
    lots_.reset();
    life_ = next_life();
    context_->meters.wallet_reloads.Increment();
    std::deque<entry> again;
    for (auto& e : returned) {
        const auto verdict = *e.verdict;
        e.verdict.reset();
        if (verdict == commit_verdict::conflict)
            ++e.conflicts;
        // A writer that ends says so too, while its last batch may still commit.
        if (verdict == commit_verdict::unavailable)
            unsettled_ = true;
        const bool duplicate = verdict == commit_verdict::duplicate_key;
        if (duplicate && key_of(e.what))
            replay(std::move(e));
        else if (verdict == commit_verdict::overloaded)
            e.who.deliver(errc::overloaded);
        else if (verdict == commit_verdict::unavailable)
            e.who.deliver(errc::unavailable);
        else if (duplicate || verdict == commit_verdict::invalid || e.conflicts >= conflicts_max)
            e.who.deliver(errc::state_conflict);
        else
            again.push_back(std::move(e));
    }
    std::ranges::move(work.waiting, std::back_inserter(again));
    work.waiting = std::move(again);
    if (work.waiting.empty())
        rest();
    else
        load();
}

/// The key was used before this wallet came to memory: the stored answer is the answer.
void wallet_state::replay(entry e) {
    const auto key = *key_of(e.what);
    auto deliver = [who = e.who, key,
                    otherwise = std::move(e.result)](outcome<std::optional<idempotency_answer>> stored) {
        if (!stored)
            who.deliver(stored.error());
        else if (auto answer = repeat(key, std::move(*stored)))
            who.deliver(std::move(*answer));
        else // a refusal stands; otherwise it was another key that somebody else has used
            who.deliver(otherwise ? outcome<receipt>{errc::state_conflict} : otherwise);
    };
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, find_answer{user_, key.key})
        .then([deliver](outcome<std::optional<idempotency_answer>>& stored) { deliver(std::move(stored)); },
              [deliver](const caf::error&) { deliver(errc::unavailable); });
}

/// Frees what only a busy wallet needs.
void wallet_state::rest() {
    if (!activity_)
        return;
    auto& work = *activity_;
    if (!work.in_flight.empty())
        return;
    work.committed.reset();
    if (work.waiting.empty() && work.readers.empty() && !work.loading)
        activity_.reset();
}

wallet_view wallet_state::view() const {
    wallet_view v;
    v.at = context_->time.now();
    const auto& shown = activity_ && activity_->committed ? *activity_->committed : *lots_;
    v.balance = shown.balance(v.at);
    v.lots = shown.lots();
    return v;
}

/// For as long as it stays true by itself. Nothing may be in flight.
void wallet_state::show() {
    if (context_->views == nullptr)
        return;
    const auto now = context_->time.now();
    auto good_until = loaded_at_ + context_->freshness;
    for (const auto& lot : lots_->lots())
        if (lot.remaining > 0 && lot.expires_at > now)
            good_until = std::min(good_until, lot.expires_at);
    context_->views->put(
        user_, std::make_shared<const std::string>(wallet_json(lots_->balance(now), lots_->lots(), now)),
        good_until);
    shown_ = true;
}

/// Before anybody hears that it has changed.
void wallet_state::hide() {
    if (std::exchange(shown_, false))
        context_->views->forget(user_);
}

/// Only the latest balance matters: while more is in flight, now and then is enough.
void wallet_state::tell_balance() {
    auto& work = busy();
    const auto now = context_->time.now();
    const bool more = !work.broken && !work.in_flight.empty();
    if (more && now < work.tell_again_at)
        return;
    work.untold = false;
    work.tell_again_at = now + balance_pause;
    if (context_->news != nullptr && context_->news->has_audience(user_))
        context_->news->tell(user_, "balance", balance_json(view().balance));
}

// -- behaviour ----------------------------------------------------------------------------------------------

wallet_actor::behavior_type wallet_behavior(wallet_state::actor* self, const wallet_context* context,
                                            user_id user, bool after_crash) {
    auto& state = self->state;
    state.start(*context, user, after_crash);
    return {
        [&state](spend_tokens& c) { return state.on(std::move(c)); },
        [&state](order_package& c) { return state.on(std::move(c)); },
        [&state](grant_tokens& c) { return state.on(std::move(c)); },
        [&state](credit_payment& c) { return state.on(std::move(c)); },
        [&state](refund_generation& c) { return state.on(std::move(c)); },
        [&state](credit_charge& c) { return state.on(std::move(c)); },
        [&state](claw_back& c) { return state.on(std::move(c)); },
        [&state](expire_lots c) { return state.on(wallet_state::command{c}); },
        [&state](read_wallet c) { return state.on(c); },
        [&state](retire r) { return state.on(r); },
    };
}

} // namespace atelier
