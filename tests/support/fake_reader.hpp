#pragma once

#include "actors/runtime/interfaces.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace atelier::test {

/// A reader that gives what the test has put here, at once or when it is told to. Must outlive its actor.
class fake_reader {
public:
    reader_actor spawn(caf::actor_system& system) {
        actor_ = system.spawn([this](reader_actor::pointer self) -> reader_actor::behavior_type {
            return {
                [this, self](load_wallet) {
                    last = caf::actor_cast<caf::actor_addr>(self->current_sender());
                    return give(self, lots);
                },
                [this, self](load_generation) { return give(self, job); },
                [this, self](const load_payment&) { return give(self, payment); },
                [this, self](const find_payment&) { return give(self, paid_with); },
                [this, self](const load_refunds&) {
                    refunds_read_ = refunds;
                    if (refunds && !refunds->waiting.empty())
                        refunds->waiting.erase(refunds->waiting.begin());
                    return give(self, refunds_read_);
                },
                [this, self](load_subscription) { return give(self, subscription); },
                [this, self](const find_charge&) { return give(self, subscriber); },
                [this, self](const find_answer&) { return give(self, stored); },
                [](const continuation& c) { (*c.run)(); },
            };
        });
        return actor_;
    }

    /// Has its actor answer what was held back, with what is here then.
    void release() {
        held = false;
        caf::anon_send(actor_, continuation{[this] { answer(); }});
    }

    outcome<std::vector<purchase_record>> lots{std::vector<purchase_record>{}};
    outcome<generation_job> job{errc::not_found};
    outcome<payment_record> payment{errc::not_found};
    outcome<payment_record> paid_with{errc::not_found};  ///< the payment of a transaction
    outcome<payment_refunds> refunds{payment_refunds{}}; ///< those that wait are given once
    outcome<loaded_subscription> subscription{loaded_subscription{}};
    outcome<user_id> subscriber{errc::not_found}; ///< whose a charge is
    outcome<std::optional<idempotency_answer>> stored{std::nullopt};
    caf::actor_addr last; ///< whoever read a wallet last
    bool held = false;
    int reads = 0;

private:
    template <class T>
    caf::typed_response_promise<outcome<T>> give(reader_actor::pointer self, const outcome<T>& value) {
        auto promise = self->make_response_promise<outcome<T>>();
        ++reads;
        waiting_.push_back([promise, &value]() mutable { promise.deliver(outcome<T>{value}); });
        if (!held)
            answer();
        return promise;
    }

    void answer() {
        for (auto& deliver : std::exchange(waiting_, {}))
            deliver();
    }

    outcome<payment_refunds> refunds_read_{payment_refunds{}};
    reader_actor actor_;
    std::vector<std::function<void()>> waiting_;
};

} // namespace atelier::test
