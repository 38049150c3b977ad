#pragma once

#include "actors/payment.hpp"
#include "tests/simulation/database.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/gateway_model.hpp"

#include <string>
#include <vector>

namespace atelier::test {

/// What happens on a day, as the gateway tells it, in order; `chance` decides. What was ordered before that
/// is in the tables, and the gateway knows what it must know.
[[nodiscard]] std::vector<deliver_notification> tell_payments(dice& chance, database& tables);
[[nodiscard]] std::vector<deliver_notification>
tell_subscriptions(dice& chance, database& tables, id_source& ids, gateway_model& gateway, instant now);

/// A refund of `of` in so many parts; `all` of its amount or a part.
[[nodiscard]] std::vector<deliver_notification> give_back(dice& chance, const deliver_notification& of,
                                                          int parts, bool all);

/// What the day has come to, as far as it must not depend on the order in which it was heard of.
[[nodiscard]] std::string describe_payments(const database& tables);
[[nodiscard]] std::string describe_subscriptions(const database& tables, const gateway_model& gateway);
/// Whether the tokens of every charge live as long as they must; `orderly`: not longer either.
[[nodiscard]] std::vector<std::string> audit_subscription_lots(const database& tables, bool orderly);

} // namespace atelier::test
