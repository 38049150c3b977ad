#pragma once

#include "actors/runtime/interfaces.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace atelier::test {

/// Wallets that write down what they are asked to credit and refund, and answer as the test wants. Must
/// outlive its actor.
class fake_wallets {
public:
    wallets_actor spawn(caf::actor_system& system) {
        return system.spawn([this](wallets_actor::pointer self) -> wallets_actor::behavior_type {
            return {
                [](const spend_tokens&) { return outcome<receipt>{errc::internal}; },
                [](const order_package&) { return outcome<receipt>{errc::internal}; },
                [this, self](credit_payment& c) {
                    credits.push_back(std::move(c));
                    return give(self);
                },
                [this, self](refund_generation& c) {
                    refunds.push_back(std::move(c));
                    return give(self);
                },
                [](expire_lots) { return outcome<receipt>{errc::internal}; },
                [](read_wallet) { return outcome<wallet_view>{errc::internal}; },
                [](list_children) { return children_report{}; },
                [](tick) {},
            };
        });
    }

    /// Answers what was held back, with what is here now.
    void release() {
        held = false;
        for (auto& promise : std::exchange(waiting_, {}))
            promise.deliver(outcome<receipt>{answer});
    }

    outcome<receipt> answer{receipt{}};
    bool held = false;
    std::vector<credit_payment> credits;
    std::vector<refund_generation> refunds;

private:
    caf::typed_response_promise<outcome<receipt>> give(wallets_actor::pointer self) {
        auto promise = self->make_response_promise<outcome<receipt>>();
        waiting_.push_back(promise);
        if (!held)
            release();
        return promise;
    }

    std::vector<caf::typed_response_promise<outcome<receipt>>> waiting_;
};

} // namespace atelier::test
