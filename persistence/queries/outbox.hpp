#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::queries {

/// A message to deliver now.
struct outbox_item {
    std::int64_t id = 0;
    std::string kind;
    std::string payload;
    std::int32_t attempts = 0; ///< including the one that begins now
    instant created_at;
};

/// Adds a message that is due at once, outside of any change set.
[[nodiscard]] status insert_outbox_message(pg::connection& database, const outbox_message& message,
                                           instant at);

/// Takes up to `limit` messages of a kind that are due, each for the time of `lease`: nobody else gets them
/// before it is over, also after a crash. Takers in several processes do not wait for each other.
[[nodiscard]] outcome<std::vector<outbox_item>> take_outbox(pg::connection& database, std::string_view kind,
                                                            instant now, std::chrono::seconds lease,
                                                            std::int32_t limit);

[[nodiscard]] status mark_outbox_delivered(pg::connection& database, std::int64_t message, instant at);

/// Notes a failed attempt; `retry_at` empty = given up.
[[nodiscard]] status mark_outbox_failed(pg::connection& database, std::int64_t message,
                                        std::string_view error, std::optional<instant> retry_at, instant at);

/// What waits to be sent, or to be sent again.
struct outbox_backlog {
    std::int64_t waiting = 0;
    std::optional<instant> oldest; ///< when it was queued
};
[[nodiscard]] outcome<outbox_backlog> read_outbox_backlog(pg::connection& database, std::string_view kind);

} // namespace atelier::queries
