#pragma once

#include "actors/domain/outcome.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Where the next page of a list begins, as clients see it: opaque, and good for the list that gave it only.
namespace atelier::http {

/// The lists that have pages. The numbers are part of what clients hold: never change them.
enum class cursor_kind : std::uint8_t {
    transactions = 1,
    payments = 2,
    generations = 3,
    notifications = 4,
    webhook_deliveries = 5,
    images = 7,
    operator_actions = 8,
    managed_users = 9,
    managed_payments = 10,
    managed_generations = 11,
};

/// The cursor that continues `list` behind the row with the key `last`: 16 characters of URL-safe Base64. It
/// is good with the same `filter` only.
[[nodiscard]] std::string encode_cursor(cursor_kind list, std::int64_t last, std::string_view filter = {});

/// The key in a cursor of `list` with that `filter`. `validation_failed` on the field `cursor` for any other
/// text: the cursor carries a check sum against mistakes. It is no secret and gives no right to anything.
[[nodiscard]] outcome<std::int64_t> decode_cursor(cursor_kind list, std::string_view cursor,
                                                  std::string_view filter = {});

} // namespace atelier::http
