#include "http/webhook_reader.hpp"

#include "actors/domain/signature.hpp"
#include "actors/gateways/json_fields.hpp"
#include "http/form.hpp"
#include "http/media_type.hpp"
#include "http/windows_1251.hpp"

#include <string_view>

namespace atelier::http {
namespace {

bool is_json(const webhook& hook) {
    return media_type(hook.content_type) == "application/json";
}

bool is_signed(const webhook& hook, const std::string& secret) {
    return verify_signature(hook.content_hmac, hook.x_content_hmac, hook.body,
                            is_json(hook) ? parameter_encoding::json : parameter_encoding::form, secret);
}

} // namespace

webhook_rules::webhook_rules(const settings& config, std::string payment_secret)
    : secret{std::move(payment_secret)}, windows_1251{config.payments.notification_encoding ==
                                                      "windows-1251"},
      // The configuration has checked the lists; a wrong one must not become an empty one.
      senders{address_ranges::parse(config.payments.notification_addresses).value()} {}

outcome<webhook_content> webhook_reader::read(const webhook& hook) const {
    if (!rules_.senders.empty()) {
        if (!rules_.senders.contains(hook.sender))
            return failure{errc::forbidden_address, hook.sender.empty()
                                                        ? "it is not known where this came from"
                                                        : "this came from " + hook.sender};
    }
    if (!is_signed(hook, rules_.secret))
        return errc::invalid_signature;
    return content_of(hook);
}

webhook_content webhook_reader::content_of(const webhook& hook) const {
    const auto kind = parse_notification_kind(hook.kind);
    const auto fields = fields_of(hook);
    auto what = fields ? parse_notification(kind, *fields) : outcome<notification>{fields.error()};
    webhook_content content;
    if (what) {
        content.what = std::move(*what);
        return content;
    }
    content.problem = what.error().detail.empty() ? "unreadable" : what.error().detail;
    content.what.kind = kind;
    content.what.business_key = content_key(kind, hook.body);
    return content;
}

outcome<field_list> webhook_reader::fields_of(const webhook& hook) const {
    if (is_json(hook))
        return json_fields(hook.body);
    auto fields = parse_form(hook.body);
    if (!fields || !rules_.windows_1251)
        return fields;
    for (auto& [name, value] : *fields)
        for (auto* const text : {&name, &value}) {
            auto converted = utf8_of_windows_1251(*text);
            if (!converted)
                return converted.error();
            *text = std::move(*converted);
        }
    return fields;
}

} // namespace atelier::http
