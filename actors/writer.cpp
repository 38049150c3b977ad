#include "actors/writer.hpp"

#include "persistence/committer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace atelier {
namespace {

commit_verdict to_message(verdict_kind kind) {
    switch (kind) {
    case verdict_kind::committed:
        return commit_verdict::committed;
    case verdict_kind::guard:
        return commit_verdict::conflict;
    case verdict_kind::superseded:
        return commit_verdict::superseded;
    case verdict_kind::duplicate_key:
        return commit_verdict::duplicate_key;
    case verdict_kind::invalid:
        return commit_verdict::invalid;
    case verdict_kind::unavailable:
    case verdict_kind::unknown:
        break;
    }
    return commit_verdict::unavailable;
}

} // namespace

writer_state::~writer_state() {
    for (auto& from : committing_)
        from.who.deliver(commit_verdict::unavailable);
    for (auto& next : filling_)
        next.from.who.deliver(commit_verdict::unavailable);
}

caf::typed_response_promise<commit_verdict> writer_state::on(commit_changes command) {
    sender from{command.changes.user, command.changes.life, self_->make_response_promise<commit_verdict>()};
    auto promise = from.who;
    begin(from, turned_away_);
    if (const auto no_room = ended(from, turned_away_))
        promise.deliver(*no_room);
    else if (const auto why = ended(from, ended_))
        promise.deliver(*why);
    else if (filling_.size() + committing_.size() >= context_->backlog_limit)
        refuse(from, commit_verdict::overloaded, turned_away_);
    else
        filling_.push_back({std::move(from), std::move(command.changes)});
    flush();
    return promise;
}

void writer_state::begin(const sender& from, ends& where) {
    if (const auto known = where.find(from.user); known != where.end() && known->second.life < from.life)
        where.erase(known);
}

std::optional<commit_verdict> writer_state::ended(const sender& from, const ends& where) {
    const auto known = where.find(from.user);
    if (from.life == 0 || known == where.end() || known->second.life != from.life)
        return std::nullopt;
    // Lack of room ends all that was decided after it; any other refusal means: decide again.
    const auto why = known->second.why;
    const bool final = why == commit_verdict::overloaded || why == commit_verdict::unavailable;
    return final ? why : commit_verdict::superseded;
}

void writer_state::refuse(const sender& from, commit_verdict why, ends& where) {
    if (why == commit_verdict::overloaded)
        context_->meters.admission_refusals.Increment();
    if (from.life != 0) {
        const auto [known, fresh] = where.try_emplace(from.user, end{from.life, why});
        if (!fresh && known->second.life < from.life)
            known->second = end{from.life, why};
    }
    auto promise = from.who;
    promise.deliver(why);
}

void writer_state::flush() {
    if (committing_.empty()) {
        std::vector<change_set> batch;
        while (!filling_.empty() && batch.size() < context_->batch_limit) {
            auto next = std::move(filling_.front());
            filling_.pop_front();
            // Only now: until here some of an earlier life may have waited.
            begin(next.from, ended_);
            if (const auto why = ended(next.from, ended_)) {
                next.from.who.deliver(*why);
                continue;
            }
            committing_.push_back(std::move(next.from));
            batch.push_back(std::move(next.changes));
        }
        if (!batch.empty())
            context_->store.commit(std::move(batch),
                                   [this, self = caf::actor_cast<writer_actor>(self_)](commit_result result) {
                                       // Carried out by the actor itself, or not at all when it is gone.
                                       auto settle = [this, result = std::move(result)] { settled(result); };
                                       caf::anon_send(self, continuation{std::move(settle)});
                                   });
    }
    const auto backlog = filling_.size() + committing_.size();
    context_->meters.writer_backlog.Increment(static_cast<double>(backlog) -
                                              static_cast<double>(backlog_told_));
    backlog_told_ = backlog;
}

void writer_state::settled(const commit_result& result) {
    assert(result.verdicts.size() == committing_.size());
    auto& meters = context_->meters;
    const auto senders = std::exchange(committing_, {});
    meters.batches.Increment(static_cast<double>(std::max<std::size_t>(result.transactions, 1)));
    meters.batch_size.Observe(static_cast<double>(senders.size()));
    meters.commit_seconds.Observe(std::chrono::duration<double>(result.commit_time).count());
    if (result.recovered_unknown)
        meters.commits_recovered.Increment();
    if (result.webhooks > 0 && context_->webhooks_queued)
        context_->webhooks_queued();
    std::size_t committed = 0;
    for (std::size_t i = 0; i < senders.size(); ++i) {
        const auto verdict = to_message(result.verdicts[i].kind);
        if (verdict == commit_verdict::committed) {
            ++committed;
            auto promise = senders[i].who;
            promise.deliver(verdict);
        } else {
            refuse(senders[i], verdict, ended_);
        }
    }
    meters.change_sets_committed.Increment(static_cast<double>(committed));
    meters.change_sets_rejected.Increment(static_cast<double>(senders.size() - committed));
    flush();
}

writer_actor::behavior_type writer_behavior(writer_state::actor* self, const writer_context* context) {
    auto& state = self->state;
    state.start(*context);
    return {
        [&state](commit_changes& c) { return state.on(std::move(c)); },
        [](const continuation& c) { (*c.run)(); },
    };
}

} // namespace atelier
