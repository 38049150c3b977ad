#include "actors/domain/webhook_events.hpp"
#include "actors/generation.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <string>
#include <utility>

/// What a generation has written, and what it makes of the answers.
namespace atelier {
namespace {

/// As it will be once the change is committed.
generation_record ended(generation_record generation, const generation_change& change, instant at) {
    generation.status = change.status;
    generation.output_image = change.output_image;
    generation.error = change.error;
    generation.finished_at = at;
    return generation;
}

} // namespace

void generation_state::commit_running() {
    auto& g = job_->generation;
    change_set changes{g.user, context_->time.now()};
    if (g.status == generation_status::queued) {
        generation_change change;
        change.id = id_;
        change.expected = generation_status::queued;
        change.status = generation_status::running;
        changes.generation_changes.push_back(std::move(change));
        g.started_at = changes.at;
    }
    g.engine = context_->engines.at(*slot_).name();
    if (!attach_to_)
        g.engine_job.clear();
    auto run = run_change();
    run.attempt = machine_.attempt() + 1;
    changes.run_changes.push_back(std::move(run));
    request_commit(generation_action::commit_running, std::move(changes));
}

void generation_state::commit_succeeded() {
    auto& g = job_->generation;
    change_set changes{g.user, context_->time.now()};
    changes.new_images.push_back(*output_);
    generation_change change;
    change.id = id_;
    change.expected = g.status;
    change.status = generation_status::succeeded;
    change.output_image = output_->id;
    changes.generation_changes.push_back(std::move(change));
    auto run = run_change();
    run.finished_at = changes.at;
    changes.run_changes.push_back(std::move(run));
    changes.webhook_events.push_back(
        event_of(ended(g, changes.generation_changes.back(), changes.at), changes.at));
    request_commit(generation_action::commit_succeeded, std::move(changes));
}

void generation_state::fail() {
    const auto& g = job_->generation;
    refund_generation command{g.user, {}, g.spends};
    command.change.id = id_;
    command.change.expected = g.status;
    command.change.status = generation_status::failed;
    command.change.error = error_text();
    command.run = run_change();
    const auto now = context_->time.now();
    command.run->finished_at = now;
    command.events.push_back(event_of(ended(g, command.change, now), now));
    committing_ = generation_action::fail;
    commit_under_way_ = true;
    self_->request(context_->actors.get<wallets_actor>(), caf::infinite, std::move(command))
        .then(
            [this](const outcome<receipt>& r) {
                settled(generation_action::fail, r ? errc{} : r.error().code);
            },
            [this](const caf::error&) { settled(generation_action::fail, errc::unavailable); });
}

void generation_state::request_commit(generation_action what, change_set changes) {
    committing_ = what;
    commit_under_way_ = true;
    const auto user = changes.user;
    self_->request(context_->actors.writer_of(user), caf::infinite, commit_changes{std::move(changes)})
        .then(
            [this, what](commit_verdict verdict) {
                if (verdict == commit_verdict::committed)
                    settled(what, errc{});
                else
                    settled(what, verdict == commit_verdict::conflict || verdict == commit_verdict::invalid
                                      ? errc::state_conflict
                                      : errc::unavailable);
            },
            [this, what](const caf::error&) { settled(what, errc::unavailable); });
}

/// A timer for it may come when it has long been made, or replaced by another one.
void generation_state::commit_again() {
    if (!commit_under_way_)
        perform(committing_);
}

/// A commit has come back. `why` is errc{} when it succeeded.
void generation_state::settled(generation_action what, errc why) {
    auto& g = job_->generation;
    if (what == committing_)
        commit_under_way_ = false;
    if (why == errc{}) {
        commit_tries_ = 0;
        if (what == committing_)
            committing_ = generation_action::none;
        const auto now = context_->time.now();
        if (what == generation_action::commit_running) {
            handle(generation_event::started);
            return;
        }
        g.finished_at = now;
        g.status = what == generation_action::fail ? generation_status::failed : generation_status::succeeded;
        if (what == generation_action::commit_succeeded)
            g.output_image = output_->id;
        else
            g.error = error_text();
        handle(generation_event::committed);
        return;
    }
    ++commit_tries_;
    if (machine_.phase() == generation_phase::failing && what == generation_action::commit_running)
        return; // cancelled meanwhile: the failing commit decides
    if (why == errc::state_conflict || why == errc::not_found) {
        if (commit_tries_ > 100)
            spdlog::error("generation {} cannot be settled: {}", id_.value, to_string(why));
        else
            load();
        return;
    }
    self_->delayed_send(self_, pause_before(commit_tries_ + 1, context_->random()),
                        generation_timer{generation_timer::kind::commit_again});
}

std::string generation_state::error_text() const {
    std::string text{machine_.error()};
    if (!error_detail_.empty() && text != "canceled")
        text += ": " + error_detail_;
    return text;
}

generation_run_change generation_state::run_change() const {
    const auto& g = job_->generation;
    generation_run_change run;
    run.id = id_;
    run.engine = g.engine;
    run.engine_job = g.engine_job;
    run.attempt = machine_.attempt();
    run.started_at = g.started_at;
    return run;
}

} // namespace atelier
