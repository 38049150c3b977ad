#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <cstdint>
#include <functional>
#include <utility>

namespace atelier::bench {

/// Asks actors from outside without waiting. Answers arrive on the scheduler's threads, several at once.
class inbox {
public:
    /// Receives the number of the question and the answer, or null when the actor is gone.
    using handler = std::function<void(std::uint64_t number, const caf::message* answer)>;

    inbox(caf::actor_system& system, handler on_answer);
    ~inbox();
    inbox(const inbox&) = delete;
    inbox& operator=(const inbox&) = delete;

    /// `number` is not 0.
    template <class Handle, class Question>
    void ask(const Handle& whom, std::uint64_t number, Question question) {
        const auto target = caf::actor_cast<caf::strong_actor_ptr>(whom);
        target->enqueue(
            caf::make_mailbox_element(self_, caf::make_message_id(number), {}, std::move(question)), nullptr);
    }

private:
    void answered(caf::mailbox_element& element) const;

    handler on_answer_;
    caf::actor companion_;
    caf::strong_actor_ptr self_;
};

} // namespace atelier::bench
