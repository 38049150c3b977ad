#pragma once

#include "actors/domain/reply_codes.hpp"
#include "actors/gateways/cloudpayments_notification.hpp"
#include "actors/runtime/messages.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/runtime/reply.hpp"

#include <string>
#include <string_view>
#include <utility>

/// What payments and subscriptions share: how notifications of the gateway come to them, are archived and
/// answered.
namespace atelier {

/// A notification of the gateway whose signature was right, or the same news, found by asking the gateway.
struct deliver_notification {
    notification what;
    std::string body; ///< raw, for the archive
    std::string content_type;
    std::string problem; ///< why `what` could not be read ("" = it could): archived, and nothing else

    deliver_notification() = default;
};

/// A notification that waits for its turn, and whoever waits for the answer; nobody, when it was found.
struct delivery {
    delivery(deliver_notification n, reply<outcome<notification_reply>> w)
        : news{std::move(n)}, who{std::move(w)} {}

    deliver_notification news;
    reply<outcome<notification_reply>> who;
    int attempts = 0; ///< how often it was decided
};
/// How often it is decided anew after somebody else changed what it is about.
inline constexpr int delivery_attempts_max = 5;

[[nodiscard]] inline bool is_check(const deliver_notification& news) {
    return news.what.kind == notification_kind::check;
}

/// For the archive.
[[nodiscard]] notification_record record_of(const deliver_notification& news, std::string_view verdict,
                                            std::int32_t code);

/// Counts what an operator has to look at, and writes it to the log. `about` and `whose`: for people, e.g.
/// "pay" of "invoice atelier-7".
void call_operator(metrics& meters, std::string_view about, std::string_view whose, std::string_view verdict);

/// What is made of a notification that could not be read.
template <class Decision>
[[nodiscard]] Decision malformed(const deliver_notification& news) {
    Decision decision;
    decision.verdict = "malformed";
    decision.code = is_check(news) ? reply_code::not_accepted : reply_code::proceed;
    decision.alarm = true;
    return decision;
}

/// Counts the decision, calls an operator if need be, and answers.
template <class Decision>
void finish(const delivery& d, const Decision& decision, metrics& meters, std::string_view whose) {
    const auto type = to_string(d.news.what.kind);
    meters.webhook(type, decision.verdict);
    if (decision.alarm)
        call_operator(meters, type, whose, decision.verdict);
    d.who.deliver(notification_reply{decision.code, std::string{decision.verdict}});
}

} // namespace atelier

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::deliver_notification)
