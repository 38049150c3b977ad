#include "actors/wallet.hpp"

#include "actors/domain/views.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iterator>
#include <type_traits>
#include <utility>

namespace atelier {
namespace {

/// How often a command is carried out anew after somebody else wrote to its wallet.
constexpr int attempts_max = 5;

/// Lives are numbered for the whole process, so that a restarted wallet never continues an old one.
std::uint64_t next_life() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

const std::optional<idempotency_key>& key_of(const wallet_state::command& what) {
    static const std::optional<idempotency_key> none;
    if (const auto* spend = std::get_if<spend_tokens>(&what))
        return spend->idempotency;
    if (const auto* order = std::get_if<order_package>(&what))
        return order->idempotency;
    return none;
}

void remember(change_set& changes, const std::optional<idempotency_key>& key, const receipt& answer,
              microseconds lifetime) {
    if (key)
        changes.idempotency.push_back(
            {key->key, key->fingerprint, answer.status, answer.body, answer.location, changes.at + lifetime});
}

/// One command's decision: the change set, and in `result` what to answer once it is durable.
struct decision {
    const wallet& lots;
    const wallet_context& context;
    user_id user;
    receipt& result;

    outcome<change_set> operator()(const spend_tokens& command) const {
        const auto now = context.time.now();
        const generation_id id{context.ids.next(id_sequence::generations)};
        if (!id)
            return errc::overloaded;
        auto changes = lots.decide_spend(user, id, command.cost, now, context.ids);
        if (!changes)
            return changes;
        generation_record generation;
        generation.id = id;
        generation.user = user;
        generation.input_image = command.input_image;
        generation.style = command.style;
        generation.cost = command.cost;
        generation.seed = command.seed;
        generation.created_at = now;
        changes->new_generations.push_back({id, command.input_image, command.style, command.cost,
                                            command.seed, command.parameters, now + command.time_limit});
        result.status = 202;
        result.location = "/v1/generations/" + std::to_string(id.value);
        result.amount = -command.cost;
        result.balance = lots.balance(now) - command.cost;
        result.last = changes->journal.back().id;
        result.generation = id;
        result.body = accepted_generation_json(generation, result.balance, result.last);
        remember(*changes, command.idempotency, result, context.idempotency_lifetime);
        return changes;
    }

    outcome<change_set> operator()(const order_package& command) const {
        const auto now = context.time.now();
        const payment_id id{context.ids.next(id_sequence::payments)};
        if (!id)
            return errc::overloaded;
        payment_record payment;
        payment.id = id;
        payment.user = user;
        payment.package = command.package.id;
        payment.tokens_amount = command.package.tokens_amount;
        payment.amount_cents = command.package.price_cents;
        payment.currency = command.currency;
        payment.invoice_id = "atelier-" + std::to_string(id.value);
        payment.created_at = now;
        payment.expires_at = now + command.lifetime;
        change_set changes{user, now};
        changes.new_payments.push_back({id, payment.package, payment.amount_cents, payment.currency,
                                        payment.invoice_id, payment.expires_at});
        result.status = 201;
        result.location = "/v1/payments/" + std::to_string(id.value);
        result.balance = lots.balance(now);
        result.body = order_json(payment, context.checkout(payment));
        remember(changes, command.idempotency, result, context.idempotency_lifetime);
        return changes;
    }

    outcome<change_set> operator()(const credit_payment& command) const {
        const auto now = context.time.now();
        const auto& payment = command.payment;
        const auto validity = std::chrono::days{payment.validity_days};
        auto changes =
            wallet::decide_credit(user, operation::purchase, payment.package, payment.tokens_amount, now,
                                  now + validity, payment.id, context.ids);
        if (!changes)
            return changes;
        changes->payment_changes.push_back(command.change);
        changes->notifications.push_back(command.notification);
        result.amount = payment.tokens_amount;
        result.balance = lots.balance(now) + payment.tokens_amount;
        result.last = changes->journal.back().id;
        return changes;
    }

    outcome<change_set> operator()(const refund_generation& command) const {
        const auto now = context.time.now();
        auto changes = lots.decide_refund(user, command.change.id, command.parts, now, context.reopen_grace,
                                          context.ids);
        if (!changes)
            return changes;
        changes->generation_changes.push_back(command.change);
        if (command.run)
            changes->run_changes.push_back(*command.run);
        for (const auto& part : command.parts)
            result.amount += part.amount;
        result.balance = lots.balance(now) + result.amount;
        if (!changes->journal.empty())
            result.last = changes->journal.back().id;
        return changes;
    }

    outcome<change_set> operator()(const expire_lots&) const {
        const auto now = context.time.now();
        auto changes = lots.decide_expire(user, now, context.ids);
        if (!changes)
            return changes;
        for (const auto& row : changes->journal)
            result.amount += row.amount;
        result.balance = lots.balance(now);
        return changes;
    }
};

/// What `wallet::apply` needs of a change set.
change_set lot_changes(const change_set& changes) {
    change_set moved{changes.user, changes.at};
    moved.new_purchases = changes.new_purchases;
    moved.purchase_changes = changes.purchase_changes;
    return moved;
}

bool empty(const change_set& changes) {
    return changes.journal.empty() && changes.new_payments.empty() && changes.generation_changes.empty();
}

} // namespace

wallet_state::wallet_state(wallet_actor::pointer self) : self_{self}, life_{next_life()} {}

void wallet_state::start(const wallet_context& context, user_id user) {
    context_ = &context;
    user_ = user;
}

// -- messages -----------------------------------------------------------------------------------------------

caf::typed_response_promise<outcome<receipt>> wallet_state::on(command what) {
    auto promise = self_->make_response_promise<outcome<receipt>>();
    admit(entry{std::move(what), answer{promise}});
    return promise;
}

caf::typed_response_promise<outcome<wallet_view>> wallet_state::on(read_wallet) {
    auto promise = self_->make_response_promise<outcome<wallet_view>>();
    if (lots_) {
        promise.deliver(outcome<wallet_view>{view()});
        return promise;
    }
    busy().readers.emplace_back(promise);
    load();
    return promise;
}

retired wallet_state::on(retire) const {
    return {user_.value, activity_ == nullptr};
}

// -- loading ------------------------------------------------------------------------------------------------

wallet_state::activity& wallet_state::busy() {
    if (!activity_)
        activity_ = std::make_unique<activity>();
    return *activity_;
}

void wallet_state::load() {
    if (std::exchange(busy().loading, true))
        return;
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, load_wallet{user_})
        .then([this](outcome<std::vector<purchase_record>>& lots) { loaded(std::move(lots)); },
              [this](const caf::error&) { loaded(errc::unavailable); });
}

void wallet_state::loaded(outcome<std::vector<purchase_record>> lots) {
    auto& work = busy();
    work.loading = false;
    auto waiting = std::exchange(work.waiting, {});
    auto readers = std::exchange(work.readers, {});
    if (lots)
        lots_.emplace(std::move(*lots));
    for (auto& reader : readers)
        reader.deliver(lots ? outcome<wallet_view>{view()} : outcome<wallet_view>{lots.error()});
    for (auto& e : waiting) {
        if (lots)
            admit(std::move(e));
        else
            e.who.deliver(lots.error());
    }
    rest();
}

// -- deciding -----------------------------------------------------------------------------------------------

void wallet_state::admit(entry e) {
    auto& work = busy();
    if (work.in_flight.size() + work.waiting.size() >= context_->in_flight_limit) {
        context_->meters.admission_refusals.Increment();
        e.who.deliver(failure{errc::overloaded, "Too many commands of this wallet are waiting."});
        return;
    }
    if (!lots_ || work.broken || work.loading) {
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
    auto changes = decide(e.what, result);
    ++e.attempts;
    const bool writes = changes && !empty(*changes);
    if (changes)
        e.result = std::move(result);
    else
        e.result = changes.error();
    if (writes) {
        e.moved = lot_changes(*changes);
        if (!work.committed)
            work.committed = *lots_;
        lots_->apply(e.moved);
        const auto number = work.first + work.in_flight.size();
        self_
            ->request(context_->actors.writer_of(user_), caf::infinite,
                      commit_changes{std::move(*changes), life_})
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

outcome<change_set> wallet_state::decide(const command& what, receipt& result) const {
    return std::visit(decision{*lots_, *context_, user_, result}, what);
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
        finish(e);
        work.in_flight.pop_front();
        ++work.first;
    }
    if (work.broken)
        recover();
    else
        rest();
}

void wallet_state::finish(entry& e) {
    if (e.result && e.result->amount != 0) {
        const auto& done = *e.result;
        const auto amount = static_cast<double>(std::abs(done.amount));
        std::visit(
            [&]<class Command>(const Command&) {
                if constexpr (std::is_same_v<Command, spend_tokens>)
                    context_->meters.tokens_moved("spend", amount);
                else if constexpr (std::is_same_v<Command, credit_payment>)
                    context_->meters.tokens_moved("purchase", amount);
                else if constexpr (std::is_same_v<Command, refund_generation>)
                    context_->meters.tokens_moved("refund", amount);
                else if constexpr (std::is_same_v<Command, expire_lots>)
                    context_->meters.tokens_moved("expire", amount);
            },
            e.what);
        if (done.generation)
            self_->send(context_->actors.get<generations_actor>(), start_generation{done.generation});
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
    work.committed.reset();
    lots_.reset();
    life_ = next_life();
    context_->meters.wallet_reloads.Increment();
    std::deque<entry> again;
    for (auto& e : returned) {
        const auto verdict = *e.verdict;
        e.verdict.reset();
        if (verdict == commit_verdict::duplicate_key)
            replay(std::move(e));
        else if (verdict == commit_verdict::overloaded)
            e.who.deliver(errc::overloaded);
        else if (verdict == commit_verdict::unavailable)
            e.who.deliver(errc::unavailable);
        else if (verdict == commit_verdict::invalid || e.attempts >= attempts_max)
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
    auto deliver = [who = e.who, key](outcome<idempotency_answer> stored) {
        if (!stored) {
            who.deliver(stored.error());
            return;
        }
        if (stored->fingerprint != key.fingerprint) {
            who.deliver(errc::idempotency_key_reused);
            return;
        }
        receipt r;
        r.status = stored->response_status;
        r.body = std::move(stored->response_body);
        r.location = std::move(stored->response_location);
        r.replayed = true;
        who.deliver(std::move(r));
    };
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, find_answer{user_, key.key})
        .then([deliver](outcome<idempotency_answer>& stored) { deliver(std::move(stored)); },
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

// -- behaviour ----------------------------------------------------------------------------------------------

wallet_actor::behavior_type wallet_behavior(wallet_state::actor* self, const wallet_context* context,
                                            user_id user) {
    auto& state = self->state;
    state.start(*context, user);
    return {
        [&state](spend_tokens& c) { return state.on(std::move(c)); },
        [&state](order_package& c) { return state.on(std::move(c)); },
        [&state](credit_payment& c) { return state.on(std::move(c)); },
        [&state](refund_generation& c) { return state.on(std::move(c)); },
        [&state](expire_lots c) { return state.on(wallet_state::command{c}); },
        [&state](read_wallet c) { return state.on(c); },
        [&state](retire r) { return state.on(r); },
    };
}

} // namespace atelier
