#pragma once

#include "actors/delivery.hpp"
#include "actors/domain/subscription.hpp"
#include "actors/gateways/subscription_caller.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/reply.hpp"
#include "actors/runtime/turns.hpp"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace atelier {

class event_hub;
class roster;

/// What a payer is to pay for a subscription in the widget.
struct subscription_checkout {
    user_id user;
    subscription_order order;
    std::optional<instant> second_charge_at; ///< the gateway charges by itself from then on

    subscription_checkout() = default;
};

/// What all subscriptions share. Outlives them; everything in it is thread-safe.
struct subscription_context {
    const clock& time;
    id_source& ids;
    const roster& actors;
    metrics& meters;
    gateway_client& gateway;
    subscription_rules rules;
    microseconds order_lifetime;
    microseconds idempotency_lifetime;
    /// The gateway's checkout parameters, as a JSON object.
    std::function<std::string(const subscription_checkout&)> checkout;
    std::function<double()> jitter; ///< uniform, from 0 to 1
    event_hub* news = nullptr;      ///< where changes are told; null = nowhere
};

/// What a notification says about a subscription.
[[nodiscard]] subscription_facts facts_of(const notification& said);

/// What a user wants of a subscription.
using subscription_command = std::variant<order_subscription, change_plan, cancel_subscription>;

/// One user's subscription with something happening: takes commands and the gateway's notifications one after
/// the other, in whatever order and number they come. What each does is decided by `subscription`; tokens are
/// credited and taken back by the wallet, in one commit with the subscription's change.
///
/// What is due at the gateway follows from the subscription as it is. It is asked for while other work goes
/// on (the gateway's Check comes before its reply), and again, ever more rarely, until it is done.
class subscription_state {
public:
    static constexpr const char* name = "subscription";
    using actor = actor_base<subscription_actor, subscription_state>;

    explicit subscription_state(subscription_actor::pointer self) : self_{self} {}

    void start(const subscription_context& context, user_id user);
    caf::typed_response_promise<outcome<notification_reply>> on(deliver_notification news);
    caf::typed_response_promise<outcome<receipt>> on(subscription_command command);
    void on(const attend_subscription& command);
    [[nodiscard]] retired on(retire) const { return {user_.value, turns_.idle() && !calling_}; }

private:
    static constexpr std::size_t turns_max = 1000;
    static constexpr int order_attempts_max = 5; ///< after somebody else changed the subscription

    struct order {
        order(subscription_command c, reply<outcome<receipt>> w) : what{std::move(c)}, who{std::move(w)} {}

        subscription_command what;
        reply<outcome<receipt>> who;
        int attempts = 0;
    };
    /// What a command does, once it is durable.
    struct carried_out {
        std::optional<subscription_change> change;
        receipt answer;
    };

    void load(const turns::loaded& then);
    /// In the log.
    [[nodiscard]] std::string whose() const {
        return "the subscription of user " + std::to_string(user_.value);
    }
    /// Commits a change of the subscription, if there is one, with other rows; then it is true in memory.
    void commit(std::optional<subscription_change> change, change_set with,
                std::function<void(commit_verdict)> then);
    /// Notes when somebody has to look again after this change; what webhooks tell of it.
    std::vector<webhook_event> schedule(subscription_change& change) const;
    /// Tells the subscription as a durable change has made it.
    void tell(const subscription& changed) const;

    // -- notifications (subscription.cpp)
    [[nodiscard]] turns::work to_process(delivery d);
    void process(delivery d);
    [[nodiscard]] subscription_decision decide(const deliver_notification& news) const;
    void credit(delivery d, subscription_decision decision);
    void archive(delivery d, subscription_decision decision);
    void archive_only(delivery d);
    void retry(delivery d, errc why);

    // -- commands (subscription_orders.cpp)
    [[nodiscard]] turns::work to_carry_out(order o);
    void look_up(order o);
    void carry_out(order o);
    [[nodiscard]] outcome<carried_out> decide(const order_subscription& command) const;
    [[nodiscard]] outcome<carried_out> decide(const change_plan& command) const;
    [[nodiscard]] outcome<carried_out> decide(const cancel_subscription& command) const;
    [[nodiscard]] carried_out answer(std::optional<subscription_change> change,
                                     const subscription_order* to_pay,
                                     std::optional<instant> second_charge_at) const;
    [[nodiscard]] std::string next_invoice() const;

    // -- what is due (subscription_duties.cpp)
    [[nodiscard]] turns::work to_attend();
    void attend();
    void settle();
    void take_back();
    void ask_for(const gateway_call& call);
    void on_called(const gateway_call& call, outcome<gateway_call_result> result);
    void conclude(const gateway_call& call, const gateway_call_result& result);
    void note(subscription_change change);
    void go_on();
    void decline(const gateway_call& call);
    void postpone(const gateway_call& call, const failure& why);
    [[nodiscard]] bool still_due(const gateway_call& call) const;
    [[nodiscard]] bool known_to_have_ended(const std::string& gateway_subscription) const;

    subscription_actor::pointer self_;
    const subscription_context* context_ = nullptr;
    user_id user_;
    turns turns_{turns_max};
    std::optional<subscription> subject_; ///< empty until loaded
    loaded_subscription beside_;          ///< what was read with it; without the book
    bool calling_ = false;                ///< the gateway has been asked for something
    int failed_calls_ = 0;                ///< in a row
    instant call_again_at_;               ///< not before
};

/// Behaviour of a subscription. `context` must outlive it.
subscription_actor::behavior_type subscription_behavior(subscription_state::actor* self,
                                                        const subscription_context* context, user_id user);

} // namespace atelier
