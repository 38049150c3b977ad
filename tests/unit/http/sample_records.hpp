#pragma once

#include "http/service.hpp"

#include <memory>
#include <string>
#include <utility>

/// What the service in memory knows.
namespace atelier::test::endpoints {

using namespace atelier::http;

inline const instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12};
inline const user_id ann{7};
/// The only token of a session that `authenticate` knows; it is ann's.
inline const std::string anns_token = "atl_ann";
/// The token of her API key.
inline const std::string anns_key = "atk_ann";
/// The only token that `authenticate_operator` knows; it is olga's.
inline const std::string olgas_token = "ato_olga";

inline user_record sample_user() {
    user_record user;
    user.id = ann;
    user.email = "ann@example.com";
    user.encrypted_password = "$2a$secret";
    user.confirmed_at = noon;
    user.created_at = noon;
    return user;
}

inline image_record sample_image() {
    image_record image;
    image.id = image_id{31};
    image.user = ann;
    image.room_type = "kitchen";
    image.filename = "kitchen.jpg";
    image.content_type = "image/jpeg";
    image.byte_size = 1000;
    image.checksum = "q2hlY2s/c3Vt+A==";
    image.width = 40;
    image.height = 30;
    image.created_at = noon;
    return image;
}

inline generation_record sample_generation(generation_status status = generation_status::queued) {
    generation_record generation;
    generation.id = generation_id{51};
    generation.user = ann;
    generation.input_image = image_id{31};
    generation.style = style_id{3};
    generation.status = status;
    generation.cost = 2;
    generation.seed = 99;
    generation.created_at = noon;
    return generation;
}

inline payment_record sample_payment() {
    payment_record payment;
    payment.id = payment_id{61};
    payment.user = ann;
    payment.package = token_package_id{2};
    payment.amount_cents = 99000;
    payment.currency = "RUB";
    payment.invoice_id = "inv-61";
    payment.expires_at = noon;
    payment.created_at = noon;
    return payment;
}

inline webhook_endpoint_record sample_webhook_endpoint() {
    webhook_endpoint_record endpoint;
    endpoint.id = webhook_endpoint_id{71};
    endpoint.user = ann;
    endpoint.url = "https://example.com/hook";
    endpoint.events = {"payment.paid"};
    endpoint.secret = "whsec_c2VjcmV0";
    endpoint.created_at = noon;
    return endpoint;
}

inline webhook_delivery_record sample_webhook_delivery() {
    webhook_delivery_record delivery;
    delivery.id = webhook_delivery_id{81};
    delivery.event_id = "payment-61-paid";
    delivery.event_type = "payment.paid";
    delivery.attempts = 2;
    delivery.last_error = "answered with status 500";
    delivery.due_at = noon;
    delivery.created_at = noon;
    return delivery;
}

inline event_ptr sample_event(std::uint64_t id, std::string name, std::string data, bool last = false,
                              generation_id about = generation_id{51}) {
    auto event = std::make_shared<user_event>();
    event->id = id;
    event->generation = about;
    event->name = std::move(name);
    event->data = std::move(data);
    event->last = last;
    return event;
}

} // namespace atelier::test::endpoints
