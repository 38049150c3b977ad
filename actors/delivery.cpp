#include "actors/delivery.hpp"

#include <spdlog/spdlog.h>

namespace atelier {

notification_record record_of(const deliver_notification& news, std::string_view verdict, std::int32_t code) {
    notification_record record;
    record.type = to_string(news.what.kind);
    record.business_key = news.what.business_key;
    record.body = news.body;
    record.content_type = news.content_type;
    record.verdict = verdict;
    record.reply = reply_body(code);
    return record;
}

void call_operator(metrics& meters, std::string_view about, std::string_view whose,
                   std::string_view verdict) {
    meters.payment_alarm(verdict);
    spdlog::warn("{} of {} needs attention: {}", about, whose, verdict);
}

} // namespace atelier
