#include "actors/generation.hpp"

#include "actors/domain/views.hpp"
#include "actors/engine_input.hpp"
#include "actors/images.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "config/prompt_template.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace atelier {

void generation_state::start(const generation_context& context, generation_id id) {
    context_ = &context;
    id_ = id;
    machine_ = generation{context.attempts_max};
    trace_.emplace(context.spans);
}

// -- messages -----------------------------------------------------------------------------------------------

void generation_state::on(start_generation& known) {
    trace_->begin(std::move(known.why));
    if (asked_) {
        // The dispatcher may be another one, which has heard of nobody yet.
        ask_dispatcher();
    } else if (!job_ && known.user && !known.running && !loading_) {
        // What was just committed need not be read back before it is its turn.
        style_ = known.style;
        queue(known.user, known.deadline);
    } else if (!job_) {
        load();
    }
}

caf::typed_response_promise<outcome<generation_record>> generation_state::on(cancel_generation command) {
    auto promise = self_->make_response_promise<outcome<generation_record>>();
    if (job_ && job_->generation.user != command.user) {
        promise.deliver(outcome<generation_record>{errc::not_found});
        return promise;
    }
    cancellers_.push_back({command.user, answer{promise}});
    if (!job_) {
        load();
    } else if (machine_.phase() == generation_phase::final) {
        answer_cancellers(job_->generation);
    } else {
        handle(generation_event::cancel);
    }
    return promise;
}

void generation_state::on(engine_accepted accepted) {
    if (!job_ || accepted.attempt != machine_.attempt() || machine_.phase() != generation_phase::running)
        return;
    job_->generation.engine_job = std::move(accepted.engine_job);
    const auto user = job_->generation.user;
    change_set note{user, context_->time.now()};
    note.run_changes.push_back(run_change());
    self_->request(context_->actors.writer_of(user), caf::infinite, commit_changes{std::move(note)})
        .then(
            [this](commit_verdict verdict) {
                // Then a restart begins the work anew; nothing else is lost.
                if (verdict != commit_verdict::committed)
                    spdlog::warn("the engine's id of generation {} could not be noted", id_.value);
            },
            [](const caf::error&) { /* the writer has crashed, which is reported where it happens */ });
}

void generation_state::on(engine_progressed progress) {
    // One piece of news for each percent is enough for anybody.
    if (progress.attempt != machine_.attempt() || machine_.phase() != generation_phase::running ||
        progress.done < told_progress_ + 0.01)
        return;
    told_progress_ = progress.done;
    context_->news.tell(job_->generation.user, id_,
                        {"progress", fmt::format(R"({{"generation_id":{},"progress":{:.2f}}})", id_.value,
                                                 std::min(progress.done, 1.0))});
}

void generation_state::on(engine_finished finished) {
    const bool ended = submitted_ == finished.attempt;
    if (ended)
        submitted_.reset();
    auto* result = std::get_if<engine_result>(&finished.result);
    if (ended)
        end_step("generation.engine",
                 result != nullptr ? "delivered"
                                   : std::string{to_string(std::get<engine_failure>(finished.result).fault)});
    const bool expected =
        machine_.phase() == generation_phase::running && finished.attempt == machine_.attempt();
    if (!expected) {
        // Too late: nobody wants this picture any more.
        std::error_code ignored;
        if (result != nullptr)
            std::filesystem::remove(result->file, ignored);
        if (ended)
            release_slot();
        return;
    }
    if (result != nullptr) {
        delivered_ = std::move(*result);
        release_slot(engine_conduct::good);
        handle(generation_event::engine_delivered);
        return;
    }
    failed_at_engine(std::get<engine_failure>(finished.result));
}

/// Whether to try again, and where.
void generation_state::failed_at_engine(const engine_failure& failed) {
    // Where nobody was to blame, its work may still be there.
    if (failed.fault != engine_fault::ended)
        attach_to_.reset();
    error_detail_ = failed.detail;
    pause_ = failed.retry_after.value_or(std::chrono::milliseconds{0});
    bool elsewhere = false;
    switch (failed.fault) {
    case engine_fault::job:
        release_slot(engine_conduct::good);
        break;
    case engine_fault::ended:
        release_slot();
        break;
    case engine_fault::busy:
    case engine_fault::engine:
    case engine_fault::setup: {
        failed_.push_back(*slot_);
        elsewhere = !untried().empty();
        if (elsewhere)
            pause_ = {};
        const bool busy = failed.fault == engine_fault::busy;
        release_slot(busy ? engine_conduct::busy : engine_conduct::bad, failed.retry_after);
        break;
    }
    }
    handle(failed.transient || elsewhere ? generation_event::engine_stumbled
                                         : generation_event::engine_failed);
}

void generation_state::on(output_stored stored) {
    end_step("generation.store", std::string{stored.image ? "stored" : to_string(stored.image.error().code)});
    if (stored.image) {
        output_ = std::move(*stored.image);
        handle(generation_event::stored);
    } else {
        if (machine_.phase() == generation_phase::storing) // or something else has ended it meanwhile
            error_detail_ = stored.image.error().detail;
        std::error_code ignored;
        std::filesystem::remove(delivered_->file, ignored);
        handle(generation_event::store_failed);
    }
}

void generation_state::on(generation_timer timer) {
    switch (timer.what) {
    case generation_timer::kind::deadline:
        if (job_)
            handle(generation_event::deadline);
        else
            load();
        break;
    case generation_timer::kind::pause:
        handle(generation_event::pause_over);
        break;
    case generation_timer::kind::commit_again:
        if (job_)
            commit_again();
        else
            load();
        break;
    }
}

retired generation_state::on(retire) const {
    const bool over = job_ ? machine_.phase() == generation_phase::final : !asked_;
    return {id_.value, !loading_ && !submitted_ && over};
}

// -- loading ------------------------------------------------------------------------------------------------

void generation_state::load() {
    if (std::exchange(loading_, true))
        return;
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, load_generation{id_})
        .then([this](outcome<generation_job>& job) { loaded(std::move(job)); },
              [this](const caf::error&) { loaded(errc::unavailable); });
}

void generation_state::loaded(outcome<generation_job> job) {
    loading_ = false;
    if (!job) {
        load_failed(job.error().code);
        return;
    }
    const bool again = job_.has_value();
    job_ = std::move(*job);
    refuse_strangers();
    const auto& g = job_->generation;
    if (is_final(g.status)) {
        // Somebody else ended it, or it was final before it came to memory.
        machine_.close();
        tell_status();
        leave_engine();
        answer_cancellers(g);
        return;
    }
    if (again) {
        // A commit was refused, yet the generation is not final: decide on what the database says now.
        commit_again();
        return;
    }
    style_ = g.style;
    if (g.status == generation_status::running && !g.engine_job.empty())
        attach_to_ = context_->engines.find(g.engine);
    // Going on with an attempt is none of its own.
    const auto attempts = g.attempt - (attach_to_ ? 1 : 0);
    machine_ = generation{context_->attempts_max, std::clamp(attempts, 0, context_->attempts_max - 1)};
    const auto now = context_->time.now();
    if (!cancellers_.empty()) {
        handle(generation_event::cancel);
    } else if (g.deadline <= now) {
        handle(generation_event::deadline);
    } else if (slot_) {
        use_slot();
    } else {
        queue(g.user, g.deadline);
    }
}

void generation_state::load_failed(errc why) {
    answer_cancellers(why);
    if (why != errc::not_found) {
        self_->delayed_send(self_, pause_before(2, context_->random()),
                            generation_timer{generation_timer::kind::commit_again});
        return;
    }
    release_slot();
}

/// Until it was loaded, nobody knew whose it is.
void generation_state::refuse_strangers() {
    std::erase_if(cancellers_, [owner = job_->generation.user](const canceller& c) {
        if (c.user != owner)
            c.who.deliver(errc::not_found);
        return c.user != owner;
    });
}

// -- carrying out -------------------------------------------------------------------------------------------

void generation_state::handle(generation_event event) {
    if (!job_)
        return;
    const auto action = machine_.on(event);
    if (action == generation_action::fail)
        leave_engine();
    perform(action);
}

void generation_state::perform(generation_action action) {
    switch (action) {
    case generation_action::none:
        break;
    case generation_action::queue:
        request_slot();
        break;
    case generation_action::commit_running:
        commit_running();
        break;
    case generation_action::submit:
        submit();
        break;
    case generation_action::pause:
        pause();
        break;
    case generation_action::store:
        store();
        break;
    case generation_action::commit_succeeded:
        commit_succeeded();
        break;
    case generation_action::fail:
        fail();
        break;
    case generation_action::end:
        end();
        break;
    }
}

void generation_state::submit() {
    auto& g = job_->generation;
    trace_->begin({}); // unless it was begun with its request
    end_step("generation.queue", std::string{context_->engines.at(*slot_).name()});
    if (g.status == generation_status::queued) {
        g.status = generation_status::running;
        context_->meters.generation("running");
        context_->meters.generation_wait_seconds.Observe(
            std::chrono::duration<double>(context_->time.now() - g.created_at).count());
        tell_status();
    }
    told_progress_ = 0;
    engine_job job;
    job.id = id_;
    const auto parsed = parse_prompt_template(job_->style.prompt);
    const auto* prompt = std::get_if<prompt_template>(&parsed);
    if (prompt == nullptr) {
        error_detail_ = "the prompt template of the style is malformed";
        handle(generation_event::engine_failed);
        return;
    }
    job.prompt = prompt->render({job_->input.room_type, job_->style.name});
    job.seed = g.seed;
    job.parameters = g.parameters;
    job.deadline = g.deadline;
    trace_->begin_step();
    job.why = trace_->step();
    if (attach_to_)
        job.attach_to = g.engine_job;
    submitted_ = machine_.attempt();
    engine_callbacks callbacks;
    callbacks.accepted = [self = caf::actor_cast<generation_actor>(self_),
                          attempt = machine_.attempt()](std::string engine_job) {
        caf::anon_send(self, engine_accepted{attempt, std::move(engine_job)});
    };
    callbacks.progress = [self = caf::actor_cast<generation_actor>(self_),
                          attempt = machine_.attempt()](double done) {
        caf::anon_send(self, engine_progressed{attempt, done});
    };
    callbacks.finished = [self = caf::actor_cast<generation_actor>(self_),
                          attempt = machine_.attempt()](engine_outcome result) {
        caf::anon_send(self, engine_finished{attempt, std::move(result)});
    };
    submit_with_input(context_->engines.at(*slot_), context_->images, context_->image_pool, job_->input,
                      std::move(job), std::move(callbacks));
}

void generation_state::pause() {
    const microseconds asked_for = pause_;
    const auto usual = pause_before(machine_.attempt() + 1, context_->random());
    self_->delayed_send(self_, std::max(usual, asked_for), generation_timer{generation_timer::kind::pause});
}

void generation_state::store() {
    trace_->begin_step();
    auto job = [self = caf::actor_cast<generation_actor>(self_), &images = context_->images,
                file = delivered_->file, room_type = job_->input.room_type, id = id_] {
        auto image = images.store_output(file, id, room_type);
        caf::anon_send(self, output_stored{std::move(image)});
    };
    if (!context_->image_pool.submit(std::move(job)))
        on(output_stored{failure{errc::overloaded, "too much image work is waiting"}});
}

void generation_state::end() {
    const auto& g = job_->generation;
    context_->meters.generation(to_string(g.status));
    if (g.started_at && g.finished_at)
        context_->meters.generation_run_seconds.Observe(
            std::chrono::duration<double>(*g.finished_at - *g.started_at).count());
    trace_->end({{"generation", id_.value}, {"status", std::string{to_string(g.status)}}});
    tell_status();
    answer_cancellers(g);
}

void generation_state::end_step(std::string_view name, std::string outcome) {
    trace_->end_step(
        name, {{"generation", id_.value}, {"attempt", machine_.attempt()}, {"outcome", std::move(outcome)}});
}

void generation_state::tell_status() {
    const auto& g = job_->generation;
    context_->news.tell(g.user, id_, {"status", generation_json(g), is_final(g.status)});
}

void generation_state::answer_cancellers(const outcome<generation_record>& record) {
    for (const auto& c : std::exchange(cancellers_, {}))
        c.who.deliver(record);
}

// -- behaviour ----------------------------------------------------------------------------------------------

generation_actor::behavior_type generation_behavior(generation_state::actor* self,
                                                    const generation_context* context, generation_id id) {
    auto& state = self->state;
    state.start(*context, id);
    return {
        [&state](start_generation& c) { state.on(c); },
        [&state](cancel_generation c) { return state.on(c); },
        [&state](slot_granted c) { state.on(c); },
        [&state](engine_accepted& c) { state.on(std::move(c)); },
        [&state](engine_progressed c) { state.on(c); },
        [&state](engine_finished& c) { state.on(std::move(c)); },
        [&state](output_stored& c) { state.on(std::move(c)); },
        [&state](generation_timer c) { state.on(c); },
        [&state](retire c) { return state.on(c); },
    };
}

} // namespace atelier
