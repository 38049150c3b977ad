#include "actors/mail/outbox_delivery.hpp"

#include "actors/mail/message.hpp"
#include "actors/mail/order.hpp"
#include "persistence/pg/connection.hpp"
#include "persistence/queries/outbox.hpp"

#include <algorithm>
#include <cstring>

namespace atelier {
namespace {

/// Unlike a transport's failures, this one is the same the next time.
bool is_permanent(const failure& why) {
    return why.code == errc::internal;
}

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

status outbox_delivery::send(const queries::outbox_item& item) {
    const auto mail = written(item, options_.from);
    if (!mail)
        return mail.error();
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

status outbox_delivery::settle(pg::connection& database, const queries::outbox_item& item, const status& sent,
                               counters& counts) {
    const auto now = clock_.now();
    if (sent) {
        ++counts.delivered;
        return queries::mark_outbox_delivered(database, item.id, now);
    }
    if (is_permanent(sent.error()) || item.attempts >= options_.retry_limit) {
        ++counts.given_up;
        return queries::mark_outbox_failed(database, item.id, sent.error().detail, std::nullopt, now);
    }
    ++counts.postponed;
    return queries::mark_outbox_failed(database, item.id, sent.error().detail,
                                       now + pause_after(item.attempts), now);
}

outcome<outbox_delivery::counters> outbox_delivery::deliver_due(pg::connection& database) {
    const auto taken =
        queries::take_outbox(database, mail_outbox_kind, clock_.now(), options_.lease, options_.batch_limit);
    if (!taken)
        return taken.error();
    counters counts;
    counts.more = taken->size() == static_cast<std::size_t>(options_.batch_limit);
    for (const auto& item : *taken)
        if (auto settled = settle(database, item, send(item), counts); !settled)
            return std::move(settled).error();
    return counts;
}

} // namespace atelier
