#pragma once

#include "actors/domain/generation.hpp"
#include "actors/engine_set.hpp"
#include "actors/generation_trace.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/reply.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atelier {

class event_hub;
class image_library;
class roster;
class worker_pool;

/// The engine has the work under an id of its own.
struct engine_accepted {
    std::int32_t attempt = 0;
    std::string engine_job;
};

/// The engine says how far it is, from 0 to 1.
struct engine_progressed {
    std::int32_t attempt = 0;
    double done = 0;
};

/// The engine has ended an attempt.
struct engine_finished {
    std::int32_t attempt = 0;
    engine_outcome result;
};

/// The output has been checked and its file is in its place; the row is still to be committed.
struct output_stored {
    outcome<new_image> image;
};

/// What all generations share. Outlives them; everything in it is thread-safe.
struct generation_context {
    const clock& time;
    const roster& actors;
    metrics& meters;
    event_hub& news;
    engine_set& engines;
    image_library& images;
    worker_pool& image_pool;
    std::int32_t attempts_max;
    std::function<double()> random; ///< uniform in [0, 1)
    const tracer& spans;
};

/// One generation that is not final: waits for a slot of an engine, runs there, stores the output, and ends
/// in one commit, either with its output image or with its tokens returned. What may happen is decided by
/// `generation`; this class carries it out. An attempt that an engine was to blame for is followed by one at
/// the next engine, if there is another.
class generation_state {
public:
    static constexpr const char* name = "generation";
    using actor = actor_base<generation_actor, generation_state>;
    using answer = reply<outcome<generation_record>>;

    explicit generation_state(generation_actor::pointer self) : self_{self} {}

    void start(const generation_context& context, generation_id id);
    void on(start_generation& known);
    caf::typed_response_promise<outcome<generation_record>> on(cancel_generation command);
    void on(slot_granted slot);
    void on(engine_accepted accepted);
    void on(engine_progressed progress);
    void on(engine_finished finished);
    void on(output_stored stored);
    void on(generation_timer timer);
    [[nodiscard]] retired on(retire) const;

private:
    /// Somebody who wants it cancelled.
    struct canceller {
        user_id user;
        answer who;
    };

    void queue(user_id user, instant deadline);
    void request_slot();
    void ask_dispatcher();
    [[nodiscard]] std::vector<engine_id> untried() const;
    void release_slot(engine_conduct conduct = {}, std::optional<std::chrono::milliseconds> retry_after = {});
    void use_slot();
    void leave_engine();
    void load();
    void loaded(outcome<generation_job> job);
    void load_failed(errc why);
    void refuse_strangers();
    void handle(generation_event event);
    void perform(generation_action action);
    void commit_running();
    void submit();
    void failed_at_engine(const engine_failure& failed);
    void pause();
    void store();
    void commit_succeeded();
    void fail();
    void end();
    void commit_again();
    void settled(generation_action what, errc why);
    void tell_status();
    void end_step(std::string_view name, std::string outcome);
    void answer_cancellers(const outcome<generation_record>& record);
    [[nodiscard]] std::string error_text() const;
    [[nodiscard]] generation_run_change run_change() const;
    void request_commit(generation_action what, change_set changes);

    generation_actor::pointer self_;
    const generation_context* context_ = nullptr;
    generation_id id_;
    std::optional<generation_job> job_; ///< empty until loaded
    generation machine_{1};
    user_id user_;                  ///< known before the job is loaded, as
    style_id style_;                ///< is this
    bool timed_ = false;            ///< the timer of the deadline is set
    bool asked_ = false;            ///< waits for a slot, or has one
    std::optional<engine_id> slot_; ///< that it has
    bool loading_ = false;
    std::optional<std::int32_t> submitted_; ///< the attempt that an engine works on, also when it is unwanted
    std::vector<engine_id> failed_;         ///< engines that were to blame for a failed attempt
    /// The engine has work of an earlier life of the service, under the record's `engine_job`.
    std::optional<engine_id> attach_to_;
    std::chrono::milliseconds pause_{}; ///< that the engine asks for before the next attempt
    generation_action committing_ = generation_action::none; ///< the commit that is wanted, until it is made
    bool commit_under_way_ = false; ///< nobody knows yet what became of `committing_`
    std::int32_t commit_tries_ = 0;
    std::optional<engine_result> delivered_;
    std::optional<new_image> output_;
    std::string error_detail_;
    double told_progress_ = 0;
    std::vector<canceller> cancellers_;
    std::optional<generation_trace> trace_;
};

/// Behaviour of a generation. `context` must outlive it.
generation_actor::behavior_type generation_behavior(generation_state::actor* self,
                                                    const generation_context* context, generation_id id);

} // namespace atelier

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::engine_accepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::engine_progressed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::engine_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::output_stored)
