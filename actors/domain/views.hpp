#pragma once

#include "actors/domain/change_set.hpp"
#include "actors/domain/image_links.hpp"
#include "actors/domain/records.hpp"

#include <string>
#include <string_view>

/// The JSON of each resource: what clients see. Here, and not at the HTTP edge, because the answer to a
/// command is stored with its effect, byte for byte.
namespace atelier {

/// ISO 8601 in UTC with milliseconds, e.g. "2026-03-01T09:15:30.250Z".
[[nodiscard]] std::string to_iso8601(instant t);

[[nodiscard]] std::string user_json(const user_record& user);
[[nodiscard]] std::string session_json(const listed_session& listed);
/// `token`: of a new key; "" is left out.
[[nodiscard]] std::string api_key_json(const api_key_record& key, std::string_view token = {});
[[nodiscard]] std::string operator_action_json(const operator_action& action);
[[nodiscard]] std::string style_json(const style_record& style);
[[nodiscard]] std::string token_package_json(const token_package_record& package, std::string_view currency);
[[nodiscard]] std::string subscription_plan_json(const subscription_plan_record& plan);
[[nodiscard]] std::string image_json(const image_record& image, const image_links& links);
[[nodiscard]] std::string transaction_json(const transaction_record& transaction);
[[nodiscard]] std::string payment_json(const payment_record& payment);
/// For operators: also whose it is, and the gateway's number.
[[nodiscard]] std::string managed_payment_json(const payment_record& payment);
/// Likewise, with the engine and its attempts.
[[nodiscard]] std::string managed_generation_json(const generation_record& generation);
[[nodiscard]] std::string generation_json(const generation_record& generation);
/// Where a generation waits: its id and "queue", as a queued generation has it.
[[nodiscard]] std::string queue_json(generation_id generation, const queue_place& place);

/// The answer to a grant: the new lot, the balance after it and the id of its journal row.
[[nodiscard]] std::string grant_json(user_id user, const new_purchase& lot, tokens balance,
                                     transaction_id last);

/// The answer to an accepted generation: the generation, the balance after its spend and the id of the last
/// journal row of that spend.
[[nodiscard]] std::string accepted_generation_json(const generation_record& generation, tokens balance,
                                                   transaction_id last);

/// The answer to an order: the payment and how to pay it. `checkout` is a JSON object.
[[nodiscard]] std::string order_json(const payment_record& payment, std::string_view checkout);

/// A wallet: balance, lots (those that can be spent), and which tokens expire next.
[[nodiscard]] std::string wallet_json(tokens balance, const std::vector<purchase_record>& lots, instant now);

/// {"balance": …}
[[nodiscard]] std::string balance_json(tokens balance);

/// Where a user's stream of events begins: the balance, and the generations that are not final; `more`: not
/// all of them.
[[nodiscard]] std::string snapshot_json(tokens balance, const std::vector<generation_record>& unfinished,
                                        bool more);

/// {"data": […], "next_cursor": "…" | null}
[[nodiscard]] std::string list_json(const std::vector<std::string>& items, std::string_view next_cursor);

} // namespace atelier
