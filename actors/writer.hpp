#pragma once

#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"

#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace atelier {

class committer;
struct commit_result;

/// What a writer needs. The committer outlives it and belongs to it alone.
struct writer_context {
    committer& store;
    metrics& meters;
    std::size_t batch_limit;
    std::size_t backlog_limit;
    std::function<void()> webhooks_queued = {}; ///< must not block; may be empty
};

/// Group commit: while one batch commits, the next one fills. There is no timer and no delay: a lone change
/// set commits at once, and under load batches grow by themselves.
class writer_state {
public:
    static constexpr const char* name = "writer";
    using actor = actor_base<writer_actor, writer_state>;

    explicit writer_state(writer_actor::pointer self) : self_{self} {}
    writer_state(const writer_state&) = delete;
    writer_state& operator=(const writer_state&) = delete;
    /// Whoever still waits is answered `unavailable`: CAF would forget them.
    ~writer_state();

    void start(const writer_context& context) { context_ = &context; }
    caf::typed_response_promise<commit_verdict> on(commit_changes command);

private:
    struct sender {
        user_id user;
        std::uint64_t life = 0;
        caf::typed_response_promise<commit_verdict> who;
    };
    struct waiting {
        sender from;
        change_set changes;
    };
    struct end {
        std::uint64_t life;
        commit_verdict why;
    };
    using ends = std::unordered_map<user_id, end>;

    void flush();
    void settled(const commit_result& result);
    void refuse(const sender& from, commit_verdict why, ends& where);
    /// What change sets of a life that has ended are answered; none when it goes on.
    [[nodiscard]] static std::optional<commit_verdict> ended(const sender& from, const ends& where);
    /// Forgets the user's earlier lives.
    static void begin(const sender& from, ends& where);

    writer_actor::pointer self_;
    const writer_context* context_ = nullptr;
    std::size_t backlog_told_ = 0; ///< what this writer has added to the gauge of all writers
    std::deque<waiting> filling_;
    std::vector<sender> committing_;
    /// The lives that ended because there was no room for a change set. What of such a life is waiting
    /// already was decided before, and is good.
    ends turned_away_;
    /// The lives that ended because a change set could not be committed.
    ends ended_;
};

/// Behaviour of a writer. `context` must outlive it.
writer_actor::behavior_type writer_behavior(writer_state::actor* self, const writer_context* context);

} // namespace atelier
