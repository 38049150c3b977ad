#include "actors/credentials.hpp"
#include "actors/domain/standard_webhook.hpp"
#include "actors/domain/webhook_events.hpp"
#include "actors/webhooks/webhook_http.hpp"
#include "http/backend_parts.hpp"
#include "persistence/queries/webhooks.hpp"

/// The service's part about outgoing webhooks.
namespace atelier::http {
namespace {

/// A secret that was replaced signs along so long.
constexpr std::chrono::hours old_secret_lifetime{24};

/// As it is kept, or `validation_failed`.
outcome<std::string> checked(const std::string& url, const webhooks_settings& s) {
    return check_webhook_url(url, {s.allow_insecure, s.allow_private_addresses});
}

} // namespace

reply<std::vector<webhook_endpoint_record>> backend_service::webhook_endpoints(user_id user) {
    return read<std::vector<webhook_endpoint_record>>(parts_->back.reads, [user](pg::connection& database) {
        return queries::list_webhook_endpoints(database, user);
    });
}

reply<webhook_endpoint_record> backend_service::add_webhook_endpoint(user_id user,
                                                                     webhook_endpoint_command command) {
    auto& back = parts_->back;
    const auto& settings = back.options.config.webhooks;
    auto url = checked(command.url.value_or(""), settings);
    if (!url)
        co_return url.error();
    queries::new_webhook_endpoint endpoint;
    endpoint.user = user;
    endpoint.url = std::move(*url);
    if (command.events)
        endpoint.events = std::move(*command.events);
    endpoint.secret = new_webhook_secret(back.random);
    endpoint.at = back.time.now();
    auto query = [endpoint = std::move(endpoint), limit = settings.endpoint_limit](pg::connection& database) {
        return queries::insert_webhook_endpoint(database, endpoint, limit);
    };
    co_return co_await read<webhook_endpoint_record>(back.reads, std::move(query));
}

reply<webhook_endpoint_record> backend_service::webhook_endpoint(user_id user, webhook_endpoint_id endpoint) {
    return read<webhook_endpoint_record>(parts_->back.reads, [=](pg::connection& database) {
        return queries::get_webhook_endpoint(database, user, endpoint);
    });
}

reply<webhook_endpoint_record> backend_service::change_webhook_endpoint(user_id user,
                                                                        webhook_endpoint_id endpoint,
                                                                        webhook_endpoint_command command) {
    auto& back = parts_->back;
    queries::webhook_endpoint_change change;
    if (command.url) {
        auto url = checked(*command.url, back.options.config.webhooks);
        if (!url)
            co_return url.error();
        change.url = std::move(*url);
    }
    change.events = std::move(command.events);
    change.enabled = command.enabled;
    auto query = [user, endpoint, change = std::move(change),
                  now = back.time.now()](pg::connection& database) {
        return queries::change_webhook_endpoint(database, user, endpoint, change, now);
    };
    co_return co_await read<webhook_endpoint_record>(back.reads, std::move(query));
}

reply<done> backend_service::remove_webhook_endpoint(user_id user, webhook_endpoint_id endpoint) {
    return read<done>(parts_->back.reads, [=](pg::connection& database) {
        return queries::delete_webhook_endpoint(database, user, endpoint);
    });
}

reply<webhook_endpoint_record> backend_service::rotate_webhook_secret(user_id user,
                                                                      webhook_endpoint_id endpoint) {
    auto& back = parts_->back;
    auto query = [user, endpoint, secret = new_webhook_secret(back.random),
                  now = back.time.now()](pg::connection& database) {
        return queries::replace_webhook_secret(database, user, endpoint, secret, now + old_secret_lifetime,
                                               now);
    };
    co_return co_await read<webhook_endpoint_record>(back.reads, std::move(query));
}

reply<webhook_delivery_record> backend_service::ping_webhook_endpoint(user_id user,
                                                                      webhook_endpoint_id endpoint) {
    auto& back = parts_->back;
    const auto now = back.time.now();
    auto event = ping_event("ping-" + new_friendly_token(back.random), endpoint, now);
    auto query = [user, endpoint, now, event = std::move(event)](pg::connection& database) {
        return queries::insert_webhook_delivery(database, user, endpoint, event, now);
    };
    auto queued = co_await read<webhook_delivery_record>(back.reads, std::move(query));
    if (queued)
        back.webhooks.wake();
    co_return queued;
}

reply<page<webhook_delivery_record>> backend_service::webhook_deliveries(user_id user,
                                                                         webhook_endpoint_id endpoint,
                                                                         webhook_delivery_id before,
                                                                         std::int32_t limit) {
    return read<page<webhook_delivery_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_webhook_deliveries(database, user, endpoint, before, limit);
    });
}

} // namespace atelier::http
