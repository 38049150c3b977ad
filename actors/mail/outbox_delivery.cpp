#include "actors/mail/outbox_delivery.hpp"

#include "actors/mail/message.hpp"
#include "actors/mail/order.hpp"
#include "persistence/pg/connection.hpp"
#include "persistence/queries/outbox.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace atelier {
namespace {

outcome<outgoing_mail> written(const queries::outbox_item& item, const mail_sender& from) {
    const auto order = parse_mail_order(item.payload);
    if (!order)
        return order.error();
    const auto to = mail_address::parse(order->to);
    if (!to)
        return failure{errc::internal, "no mail can be sent to the account's address"};
    auto text = render_mail(order->letter, order->language, order->values);
    if (!text)
        return std::move(text).error();
    const auto queued = item.created_at.time_since_epoch().count();
    auto content = to_rfc5322({.from = from,
                               .to = *to,
                               .language = std::string{to_string(order->language)},
                               .subject = std::move(text->subject),
                               .text = std::move(text->text),
                               .html = std::move(text->html),
                               .date = item.created_at,
                               .id = "outbox." + std::to_string(item.id) + "." + std::to_string(queued)});
    return outgoing_mail{item.id, item.created_at, from.address, *to, std::move(content)};
}

} // namespace

outbox_delivery::outbox_delivery(options o, mail_transport& transport, const clock& time,
                                 random_source& random)
    : options_{std::move(o)}, transport_{transport}, clock_{time}, random_{random} {}

mail_attempt outbox_delivery::send(const queries::outbox_item& item) {
    const auto mail = written(item, options_.from);
    if (!mail)
        return {mail_result::refused, mail.error().detail}; // it will be the same the next time
    return transport_.send(*mail);
}

/// Doubles with each attempt; half of it is random, so that mails which failed together do not come back
/// together.
std::chrono::milliseconds outbox_delivery::pause_after(std::int32_t attempts) {
    constexpr std::int32_t doublings_limit = 20;
    const auto doublings = std::clamp(attempts - 1, 0, doublings_limit);
    const std::chrono::milliseconds whole =
        std::min(options_.backoff * (std::int64_t{1} << doublings), options_.backoff_limit);
    std::array<std::byte, sizeof(std::uint32_t)> bytes{};
    random_.fill(bytes);
    std::uint32_t chance = 0;
    std::memcpy(&chance, bytes.data(), sizeof chance);
    const auto half = whole / 2;
    return half + std::chrono::milliseconds{static_cast<std::int64_t>(chance) % (half.count() + 1)};
}

status outbox_delivery::settle(pg::connection& database, const queries::outbox_item& item,
                               const mail_attempt& attempt, counters& counts) {
    const auto now = clock_.now();
    if (attempt.result == mail_result::sent) {
        ++counts.delivered;
        counts.waits.push_back(now - item.created_at);
        return queries::mark_outbox_delivered(database, item.id, now);
    }
    if (attempt.result == mail_result::refused || item.attempts >= options_.retry_limit) {
        ++counts.given_up;
        spdlog::warn("mail {} is given up, attempts: {}, the last: {}", item.id, item.attempts,
                     attempt.trouble);
        return queries::mark_outbox_failed(database, item.id, attempt.trouble, std::nullopt, now);
    }
    ++counts.postponed;
    if (attempt.result == mail_result::deferred)
        spdlog::info("mail {} is postponed: {}", item.id, attempt.trouble);
    return queries::mark_outbox_failed(database, item.id, attempt.trouble, now + pause_after(item.attempts),
                                       now);
}

outcome<outbox_delivery::counters> outbox_delivery::deliver_due(pg::connection& database) {
    const auto taken =
        queries::take_outbox(database, mail_outbox_kind, clock_.now(), options_.lease, options_.batch_limit);
    if (!taken)
        return taken.error();
    counters counts;
    std::optional<mail_attempt> standstill; // what met one would meet the others, and take as long
    for (const auto& item : *taken) {
        const auto attempt = standstill ? *standstill : send(item);
        if (attempt.result == mail_result::unavailable && !standstill) {
            spdlog::warn("mails cannot leave: {}", attempt.trouble);
            standstill = attempt;
        }
        if (auto settled = settle(database, item, attempt, counts); !settled)
            return std::move(settled).error();
    }
    counts.more = !standstill && taken->size() == static_cast<std::size_t>(options_.batch_limit);
    return counts;
}

} // namespace atelier
