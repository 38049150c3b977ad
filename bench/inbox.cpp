#include "bench/inbox.hpp"

#include <caf/actor_companion.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>

namespace atelier::bench {

inbox::inbox(caf::actor_system& system, handler on_answer)
    : on_answer_{std::move(on_answer)}, companion_{system.spawn<caf::actor_companion, caf::hidden>()},
      self_{caf::actor_cast<caf::strong_actor_ptr>(companion_)} {
    caf::actor_cast<caf::actor_companion*>(companion_)->on_enqueue([this](caf::mailbox_element_ptr element) {
        answered(*element);
    });
}

inbox::~inbox() {
    auto& companion = *caf::actor_cast<caf::actor_companion*>(companion_);
    companion.on_enqueue(nullptr);
    // `actor_companion::disconnect` is declared but missing from the library.
    companion.cleanup(caf::exit_reason::user_shutdown, nullptr);
}

void inbox::answered(caf::mailbox_element& element) const {
    if (!element.mid.is_response())
        return;
    const auto answer = element.move_content_to_message();
    const bool bounced = answer.match_elements<caf::error>();
    on_answer_(element.mid.request_id().integer_value(), bounced ? nullptr : &answer);
}

} // namespace atelier::bench
