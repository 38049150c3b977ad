#pragma once

#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/reply.hpp"

namespace atelier {

class connection_pool;

/// What the reader needs; all of it outlives it.
struct reader_context {
    connection_pool& pool;
    const clock& time;
};

/// Reads single entities for other actors: the blocking work happens on the threads of the pool, the answer
/// leaves from the reader itself.
class reader_state {
public:
    static constexpr const char* name = "reader";
    using actor = actor_base<reader_actor, reader_state>;

    explicit reader_state(reader_actor::pointer self) : self_{self} {}
    void start(const reader_context& context) { context_ = &context; }

    /// Runs `query` (connection → outcome<Result>) on the pool and answers with what it gives.
    template <class Result, class Query>
    caf::typed_response_promise<outcome<Result>> run(Query query);

    [[nodiscard]] const reader_context& context() const { return *context_; }

private:
    reader_actor::pointer self_;
    const reader_context* context_ = nullptr;
};

/// Behaviour of the reader. `context` must outlive it.
reader_actor::behavior_type reader_behavior(reader_state::actor* self, const reader_context* context);

} // namespace atelier
