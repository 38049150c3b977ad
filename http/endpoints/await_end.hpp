#pragma once

#include "http/service.hpp"

#include <chrono>
#include <optional>

namespace atelier::http {

/// Waits until a generation of the user is final, at most so long: the generation then. Nothing when it is
/// not, when it cannot be read, and when the service stops. Does not ask again and again: it listens, and
/// looks before and after.
[[nodiscard]] boost::asio::awaitable<std::optional<generation_record>>
await_end(service& backend, user_id user, generation_id generation, std::chrono::milliseconds limit);

} // namespace atelier::http
