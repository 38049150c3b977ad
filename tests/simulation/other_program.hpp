#pragma once

#include "actors/domain/subscription.hpp"
#include "actors/gateways/cloudpayments_notification.hpp"
#include "tests/simulation/database.hpp"

#include <string>

namespace atelier::test {

/// Another program of the service with the same rules, before the day or beside it: each thing that it does
/// is read, decided and committed in one step.
class other_program {
public:
    static constexpr const char* card_token = "tok-1";

    other_program(database& tables, id_source& ids) : tables_{tables}, ids_{ids} {}

    /// → its invoice
    std::string order(user_id user, const plan_terms& terms, bool by_token, instant now);
    void cancel(user_id user, instant now);
    void change_plan(user_id user, const plan_terms& terms, instant now);
    /// A notification about a subscription.
    void hear(const notification& said, instant now, stamp when = 0);

    [[nodiscard]] bool has_credited() const { return has_credited_; }

private:
    [[nodiscard]] subscription load(user_id user);
    void commit(const subscription& before, subscription_change change, change_set with, stamp when = 0);

    database& tables_;
    id_source& ids_;
    bool has_credited_ = false;
};

} // namespace atelier::test
