#include "actors/webhooks/webhook_sender.hpp"

#include "persistence/pg/connection.hpp"
#include "persistence/queries/webhooks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace atelier {
namespace {

status disable(pg::connection& database, webhook_endpoint_id endpoint, std::string_view reason, instant now) {
    const auto disabled = queries::disable_webhook_endpoint(database, endpoint, reason, now);
    if (!disabled)
        return disabled.error();
    if (*disabled)
        spdlog::info("webhook endpoint {} was disabled: {}", endpoint.value, reason);
    return done{};
}

} // namespace

webhook_sender::webhook_sender(options o, const clock& time, random_source& random)
    : options_{std::move(o)}, clock_{time}, random_{random} {}

/// Under the lock from the question to the mark: two threads must not choose the same endpoint.
outcome<std::optional<queries::due_webhook>> webhook_sender::take(pg::connection& database) {
    const std::lock_guard lock{mutex_};
    auto taken = queries::take_webhook(database, clock_.now(), options_.lease, busy_);
    if (taken && *taken)
        busy_.push_back((*taken)->endpoint);
    return taken;
}

void webhook_sender::release(webhook_endpoint_id endpoint) {
    const std::lock_guard lock{mutex_};
    std::erase(busy_, endpoint);
}

outcome<std::optional<webhook_outcome>> webhook_sender::send_next(pg::connection& database,
                                                                  webhook_http& transport) {
    const auto taken = take(database);
    if (!taken)
        return taken.error();
    if (!*taken)
        return std::optional<webhook_outcome>{};
    if (options_.on_taken)
        options_.on_taken();
    const auto& webhook = **taken;
    const auto headers = sign_webhook(webhook.event_id, clock_.now(), webhook.payload, webhook.secrets);
    const auto attempt = transport.post(webhook.url, headers, webhook.payload);
    auto settled = settle(database, webhook, attempt);
    release(webhook.endpoint);
    return settled;
}

outcome<std::optional<webhook_outcome>> webhook_sender::settle(pg::connection& database,
                                                               const queries::due_webhook& taken,
                                                               const webhook_attempt& attempt) {
    const auto now = clock_.now();
    if (attempt.given_up) {
        const auto returned = queries::return_webhook(database, taken, now);
        if (!returned)
            return returned.error();
        return std::optional<webhook_outcome>{};
    }
    const auto verdict = judge(attempt, taken.attempts, uniform(random_));
    status noted = done{};
    if (verdict.outcome == webhook_outcome::delivered) {
        noted = queries::mark_webhook_delivered(database, taken, now);
    } else {
        const auto retry_at =
            verdict.outcome == webhook_outcome::postponed ? std::optional{now + verdict.pause} : std::nullopt;
        const auto since = queries::mark_webhook_failed(database, taken, verdict.error, retry_at,
                                                        now + verdict.respite, now);
        if (!since)
            noted = since.error();
        else if (verdict.outcome == webhook_outcome::gone)
            noted = disable(database, taken.endpoint, "gone", now);
        else if (now - *since >= options_.disable_after)
            noted = disable(database, taken.endpoint, "failing", now);
    }
    if (!noted)
        return noted.error();
    return std::optional{verdict.outcome};
}

} // namespace atelier
