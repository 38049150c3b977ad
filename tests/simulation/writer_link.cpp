#include "tests/simulation/writer_link.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <utility>

namespace atelier::test {
namespace {

/// All wallets of a user count as one: the next is started when the last one has ended.
std::int64_t sender_of(caf::local_actor& self, const change_set& changes) {
    return changes.life != 0 ? -changes.user.value : static_cast<std::int64_t>(self.current_sender()->id());
}

} // namespace

writer_actor writer_link::spawn(caf::actor_system& system) {
    actor_ = system.spawn([this](writer_actor::pointer self) -> writer_actor::behavior_type {
        self_ = self;
        return {
            [this, self](commit_changes& c) {
                const auto sender = sender_of(*self, c.changes); // the promise takes it away
                message next{std::move(c), self->make_response_promise<commit_verdict>()};
                auto promise = next.who;
                if (bugs_.skips_barrier && next.command.changes.journal.empty() &&
                    next.command.changes.new_payments.empty() &&
                    next.command.changes.generation_changes.empty()) {
                    promise.deliver(commit_verdict::committed);
                    return promise;
                }
                if (bugs_.forgets_lives)
                    next.command.changes.life = 0;
                if (bugs_.answers_early)
                    promise.deliver(commit_verdict::committed);
                held_[sender].push_back(std::move(next));
                return promise;
            },
            [](const continuation& c) { (*c.run)(); },
        };
    });
    return actor_;
}

void writer_link::step(dice& chance) {
    const auto place = std::next(held_.begin(), static_cast<std::ptrdiff_t>(chance.below(held_.size())));
    auto next = std::make_shared<message>(std::move(place->second.front()));
    place->second.pop_front();
    if (place->second.empty())
        held_.erase(place);
    caf::anon_send(actor_, continuation{[this, next] { pass(self_, std::move(*next)); }});
}

void writer_link::pass(writer_actor::pointer self, message next) {
    auto promise = next.who;
    self->request(target_, caf::infinite, std::move(next.command))
        .then(
            [promise, early = bugs_.answers_early](commit_verdict verdict) mutable {
                if (!early)
                    promise.deliver(verdict);
            },
            [promise, early = bugs_.answers_early](caf::error& why) mutable {
                if (!early)
                    promise.deliver(std::move(why));
            });
}

} // namespace atelier::test
