#pragma once

#include "actors/domain/change_set.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/domain/webhook_delivery.hpp"
#include "persistence/pg/connection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Webhook endpoints and what the outbox holds for them (kind `webhook`). A disabled endpoint has nothing
/// waiting.
namespace atelier::queries {

struct new_webhook_endpoint {
    user_id user;
    std::string url;
    std::vector<std::string> events;
    std::string secret;
    instant at;
};
/// `state_conflict` when the user has `limit` endpoints already.
[[nodiscard]] outcome<webhook_endpoint_record>
insert_webhook_endpoint(pg::connection& database, const new_webhook_endpoint& endpoint, std::int32_t limit);

/// In the order of their creation, without secrets.
[[nodiscard]] outcome<std::vector<webhook_endpoint_record>> list_webhook_endpoints(pg::connection& database,
                                                                                   user_id user);
/// Without its secret; `not_found` also when it is another user's. So for all that follow.
[[nodiscard]] outcome<webhook_endpoint_record> get_webhook_endpoint(pg::connection& database, user_id user,
                                                                    webhook_endpoint_id endpoint);

/// What is not named stays as it is.
struct webhook_endpoint_change {
    std::optional<std::string> url;
    std::optional<std::vector<std::string>> events;
    std::optional<bool> enabled;

    webhook_endpoint_change() = default;
};
/// Enabling begins anew: what failed before is forgotten. What waits for one that is disabled is given up.
[[nodiscard]] outcome<webhook_endpoint_record> change_webhook_endpoint(pg::connection& database, user_id user,
                                                                       webhook_endpoint_id endpoint,
                                                                       const webhook_endpoint_change& wanted,
                                                                       instant at);

/// With all that waits for it and all that is known of former deliveries.
[[nodiscard]] status delete_webhook_endpoint(pg::connection& database, user_id user,
                                             webhook_endpoint_id endpoint);

/// The endpoint with its new secret; the present one signs along until `old_until`.
[[nodiscard]] outcome<webhook_endpoint_record> replace_webhook_secret(pg::connection& database, user_id user,
                                                                      webhook_endpoint_id endpoint,
                                                                      std::string_view secret,
                                                                      instant old_until, instant at);

/// Queues an event for this endpoint alone, whatever types it wants. `state_conflict` when it is disabled.
[[nodiscard]] outcome<webhook_delivery_record> insert_webhook_delivery(pg::connection& database, user_id user,
                                                                       webhook_endpoint_id endpoint,
                                                                       const webhook_event& event,
                                                                       instant at);

/// Newest first, from below `before` on.
[[nodiscard]] outcome<page<webhook_delivery_record>>
list_webhook_deliveries(pg::connection& database, user_id user, webhook_endpoint_id endpoint,
                        webhook_delivery_id before, std::int32_t limit);

// -- delivery -----------------------------------------------------------------------------------------------

/// A webhook to send now.
struct due_webhook {
    webhook_delivery_id id;
    webhook_endpoint_id endpoint;
    std::string url;
    std::vector<std::string> secrets; ///< each signs
    std::string event_id;
    std::string payload;
    std::int32_t attempts = 0; ///< including the one that begins now
};

/// The webhook that has been due for the longest time, of an enabled endpoint that is not among `busy` and
/// has no respite; for the time of `lease` nobody else gets it, also after a crash. None when there is none.
[[nodiscard]] outcome<std::optional<due_webhook>> take_webhook(pg::connection& database, instant now,
                                                               std::chrono::seconds lease,
                                                               const std::vector<webhook_endpoint_id>& busy);

/// Gives it back as if it had not been taken.
[[nodiscard]] status return_webhook(pg::connection& database, const due_webhook& taken, instant now);

[[nodiscard]] status mark_webhook_delivered(pg::connection& database, const due_webhook& taken, instant at);

/// Notes a failed attempt; `retry_at` empty = given up; nothing is sent to the endpoint before `resume_at`.
/// Since when the endpoint fails without one success.
[[nodiscard]] outcome<instant> mark_webhook_failed(pg::connection& database, const due_webhook& taken,
                                                   std::string_view error, std::optional<instant> retry_at,
                                                   instant resume_at, instant at);

/// Disables an endpoint, for `reason`, and gives up what waits for it. False when it was disabled before.
[[nodiscard]] outcome<bool> disable_webhook_endpoint(pg::connection& database, webhook_endpoint_id endpoint,
                                                     std::string_view reason, instant at);

/// Removes webhooks that were queued before `before`, at most `limit`; how many.
[[nodiscard]] outcome<std::size_t> purge_webhooks(pg::connection& database, instant before,
                                                  std::int32_t limit);

} // namespace atelier::queries
