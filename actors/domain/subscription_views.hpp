#pragma once

#include "actors/domain/subscription.hpp"

#include <string>
#include <string_view>

/// What clients see of a subscription, as JSON; see views.hpp.
namespace atelier {

/// {status, plan, scheduled_plan_id, current_period_start, current_period_end, cancelled_at, card_saved} as
/// things stand at `now`. There must be a row.
[[nodiscard]] std::string subscription_json(const subscription& subject, instant now);

/// The answer to a command: {subscription, order, checkout}. `order`: what is to be paid, or null.
/// `checkout`: how the payer pays it, a JSON object; "" = null, nobody has to do anything.
[[nodiscard]] std::string subscription_answer_json(const subscription& subject,
                                                   const subscription_order* order, std::string_view checkout,
                                                   instant now);

} // namespace atelier
