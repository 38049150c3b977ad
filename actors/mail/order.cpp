#include "actors/mail/order.hpp"

#include <boost/json.hpp>

namespace atelier {
namespace {

namespace json = boost::json;

failure unreadable(std::string_view what) {
    return {errc::internal, "the queued mail has no usable " + std::string{what}};
}

const json::string* text_member(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return member != nullptr ? member->if_string() : nullptr;
}

bool read_values(const json::object& order, mail_values& to) {
    const auto* member = order.if_contains("values");
    const auto* values = member != nullptr ? member->if_object() : nullptr;
    if (values == nullptr)
        return false;
    for (const auto& [name, value] : *values) {
        if (!value.is_string())
            return false;
        to.emplace(name, value.get_string());
    }
    return true;
}

} // namespace

outbox_message to_outbox(const mail_order& order) {
    json::object values;
    for (const auto& [name, value] : order.values)
        values.emplace(name, value);
    const json::object payload{{"to", order.to},
                               {"language", to_string(order.language)},
                               {"template", to_string(order.letter)},
                               {"values", std::move(values)}};
    return {std::string{mail_outbox_kind}, json::serialize(payload)};
}

outcome<mail_order> parse_mail_order(std::string_view payload) {
    boost::system::error_code error;
    const auto parsed = json::parse(payload, error);
    if (error || !parsed.is_object())
        return unreadable("content");
    const auto& object = parsed.get_object();
    const auto* to = text_member(object, "to");
    const auto* language = text_member(object, "language");
    const auto* letter_name = text_member(object, "template");
    const auto letter = mail_template_named(letter_name != nullptr ? std::string_view{*letter_name} : "");
    mail_order order;
    if (to == nullptr)
        return unreadable("address");
    if (language == nullptr || !letter)
        return unreadable("template");
    if (!read_values(object, order.values))
        return unreadable("values");
    order.to = *to;
    order.language = preferred_language(*language);
    order.letter = *letter;
    return order;
}

} // namespace atelier
