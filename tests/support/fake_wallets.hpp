#pragma once

#include "actors/runtime/interfaces.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>
#include <vector>

namespace atelier::test {

/// Wallets that write down what they are asked to credit and refund, and answer as the test wants. Must
/// outlive its actor.
class fake_wallets {
public:
    wallets_actor spawn(caf::actor_system& system) {
        actor_ = system.spawn([this](wallets_actor::pointer self) -> wallets_actor::behavior_type {
            return {
                [](const spend_tokens&) { return outcome<receipt>{errc::internal}; },
                [](const order_package&) { return outcome<receipt>{errc::internal}; },
                [](const grant_tokens&) { return outcome<receipt>{errc::internal}; },
                [this, self](credit_payment& c) {
                    credits.push_back(std::move(c));
                    return give(self);
                },
                [this, self](refund_generation& c) {
                    refunds.push_back(std::move(c));
                    return give(self);
                },
                [this, self](credit_charge& c) {
                    charges.push_back(std::move(c));
                    return give(self);
                },
                [this, self](claw_back& c) {
                    clawbacks.push_back(std::move(c));
                    return give(self);
                },
                [](expire_lots) { return outcome<receipt>{errc::internal}; },
                [](read_wallet) { return outcome<wallet_view>{errc::internal}; },
                [](list_children) { return children_report{}; },
                [this](tick) {
                    for (auto& [promise, reply] : std::exchange(due_, {}))
                        promise.deliver(std::move(reply));
                },
            };
        });
        return actor_;
    }

    /// Has its actor answer what was held back, with what is here now.
    void release() {
        for (auto& promise : std::exchange(waiting_, {}))
            due_.emplace_back(std::move(promise), answer);
        held = false;
        caf::anon_send(actor_, tick{});
    }

    outcome<receipt> answer{receipt{}};
    bool held = false;
    std::vector<credit_payment> credits;
    std::vector<refund_generation> refunds;
    std::vector<credit_charge> charges;
    std::vector<claw_back> clawbacks;

private:
    using promise = caf::typed_response_promise<outcome<receipt>>;

    promise give(wallets_actor::pointer self) {
        auto given = self->make_response_promise<outcome<receipt>>();
        if (held)
            waiting_.push_back(given);
        else
            given.deliver(outcome<receipt>{answer});
        return given;
    }

    wallets_actor actor_;
    std::vector<promise> waiting_;
    std::vector<std::pair<promise, outcome<receipt>>> due_;
};

} // namespace atelier::test
