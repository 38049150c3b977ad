#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::queries {

/// All rows of a user's subscription; revision 0 when there is none. One that another program has written is
/// given its book first. What is read may be newer than its revision, which the next change would notice.
[[nodiscard]] outcome<subscription_book> load_subscription(pg::connection& database, user_id user,
                                                           instant now);

/// The token of the saved card, a secret; "" = none.
[[nodiscard]] outcome<std::string> get_saved_card(pg::connection& database, subscription_id subscription);

/// Refunds of the subscription's charges that have not taken effect yet, and the lots of those charges.
struct charge_refunds {
    std::vector<gateway_refund> waiting;
    std::vector<purchase_record> lots;
};
[[nodiscard]] outcome<charge_refunds> find_charge_refunds(pg::connection& database,
                                                          subscription_id subscription);

/// Whose subscription a transaction of the gateway has paid for; `not_found` when it is no such charge.
[[nodiscard]] outcome<user_id> find_subscriber(pg::connection& database, std::string_view transaction_id);

/// Users whose subscription somebody has to look at: the longest overdue first, those without a book, and
/// those with refunds that wait.
[[nodiscard]] outcome<std::vector<user_id>> list_subscribers_to_attend(pg::connection& database, instant now,
                                                                       std::int32_t limit);

/// Subscriptions of the gateway that should have charged for another period, as what is paid ended before
/// that moment.
[[nodiscard]] outcome<std::vector<std::string>> list_gateways_past_their_period(pg::connection& database,
                                                                                instant moment);

} // namespace atelier::queries
