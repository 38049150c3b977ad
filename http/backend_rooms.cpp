#include "actors/engines/replicate.hpp"
#include "http/backend_parts.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/generations.hpp"

#include <boost/json.hpp>

#include <algorithm>

/// The service's part about rooms: images, generations, and the view that operators have.
namespace atelier::http {
namespace {

/// A listener of the hub that counts as an open stream as long as it lives.
class counted_subscription {
public:
    counted_subscription(event_hub::subscription s, prometheus::Gauge& streams)
        : subscription_{std::move(s)}, streams_{streams} {
        streams_.Increment();
    }
    counted_subscription(const counted_subscription&) = delete;
    counted_subscription& operator=(const counted_subscription&) = delete;
    ~counted_subscription() { streams_.Decrement(); }

private:
    event_hub::subscription subscription_;
    prometheus::Gauge& streams_;
};

} // namespace

// -- images -------------------------------------------------------------------------------------------------

reply<image_record> backend_service::add_image(user_id user, upload file) {
    auto& back = parts_->back;
    auto store = [&back, file = std::move(file)] {
        return back.images.store_upload(file.path, file.filename, file.room_type);
    };
    auto stored = co_await run<new_image>(back.image_pool, std::move(store));
    if (!stored)
        co_return stored.error();
    change_set changes{user, back.time.now()};
    changes.new_images.push_back(*stored);
    commit_changes command{std::move(changes)};
    const auto verdict =
        co_await parts_->ask.ask<commit_verdict>(back.actors.writer_of(user), std::move(command));
    if (!verdict)
        co_return verdict.error();
    if (*verdict != commit_verdict::committed)
        co_return *verdict == commit_verdict::overloaded ? errc::overloaded : errc::unavailable;
    co_return co_await parts_->find_image(user, stored->id);
}

reply<image_record> backend_service::image(user_id user, image_id image) {
    return parts_->find_image(user, image);
}

reply<image_file> backend_service::image_content(user_id user, image_id image) {
    auto found = co_await parts_->find_image(user, image);
    if (!found)
        co_return found.error();
    image_file file;
    file.path = parts_->back.images.path_of(*found);
    file.image = std::move(*found);
    co_return file;
}

// -- generations --------------------------------------------------------------------------------------------

reply<stored_answer> backend_service::spend(generation_order order) {
    auto& back = parts_->back;
    const auto& limits = back.options.config.generations;
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    if (std::ranges::find(all.value()->styles, order.style, &style_record::id) == all.value()->styles.end())
        co_return invalid_field("style_id", "unknown", "There is no such style.");
    const auto owner = co_await parts_->check_owner(order.user, order.input_image);
    if (!owner)
        co_return owner.error().code == errc::not_found
            ? invalid_field("input_image_id", "unknown", "There is no such image.")
            : owner.error();
    if (back.depths.of(order.user) >= limits.queue_limit_per_user)
        co_return failure{errc::queue_full, "Too many of your generations are waiting."};
    if (back.depths.total() >= limits.queue_limit)
        co_return failure{errc::overloaded, "Too many generations are waiting."};
    spend_tokens command{order.user, order.input_image, order.style, limits.cost};
    command.seed = order.seed.value_or(static_cast<std::int64_t>(uniform(back.random) * 4294967296.0));
    command.parameters = "{}";
    command.time_limit = limits.deadline;
    command.idempotency = to_message(std::move(order.key));
    auto spent = co_await parts_->ask.ask<receipt>(back.actors.get<wallets_actor>(), std::move(command));
    co_return to_answer(std::move(spent));
}

reply<stored_answer> backend_service::generate(generation_order order) {
    const auto user = order.user;
    auto key = order.key;
    auto ended = co_await spend(std::move(order));
    co_return co_await parts_->once(user, std::move(key), std::move(ended));
}

reply<generation_record> backend_service::generation(user_id user, generation_id generation) {
    auto query = [generation](pg::connection& database) {
        return queries::get_generation(database, generation);
    };
    auto found = owned_by(user, co_await read<generation_record>(parts_->back.reads, query));
    if (!found || found->status != generation_status::queued)
        co_return found;
    const find_queue_place question{generation};
    const auto place =
        co_await parts_->ask.ask<queue_place>(parts_->back.actors.get<dispatcher_actor>(), question);
    if (place) // otherwise it has just left the queue
        found->place = *place;
    co_return found;
}

reply<page<generation_record>> backend_service::generations(user_id user, generation_id before,
                                                            std::int32_t limit) {
    return read<page<generation_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_generations(database, user, before, limit);
    });
}

reply<done> backend_service::notify(engine_webhook hook) {
    auto& back = parts_->back;
    const auto& secret = back.options.config.engines.replicate.webhook_secret;
    const auto engine = back.engines->find(hook.engine);
    if (hook.engine != "replicate" || !engine || secret.empty())
        co_return errc::not_found;
    if (!verify_replicate_webhook({hook.id, hook.timestamp, hook.signature}, hook.body, secret,
                                  back.time.now()))
        co_return errc::invalid_signature;
    const auto job = read_replicate_id(hook.body);
    if (const auto* id = std::get_if<std::string>(&job))
        back.engines->at(*engine).look_again(*id);
    co_return done{};
}

reply<generation_record> backend_service::cancel(user_id user, generation_id generation) {
    const cancel_generation command{generation, user};
    auto ended =
        co_await parts_->ask.ask<generation_record>(parts_->back.actors.get<generations_actor>(), command);
    co_return owned_by(user, std::move(ended));
}

std::shared_ptr<void> backend_service::watch(generation_id generation,
                                             std::function<void(const generation_event&)> listener) {
    auto& hub = parts_->back.news;
    auto on_news = [listener = std::move(listener)](const generation_news& news) {
        generation_event event;
        event.event = news.event;
        event.data = news.data;
        event.last = news.last;
        listener(event);
    };
    return std::make_shared<counted_subscription>(hub.listen(generation, std::move(on_news)),
                                                  parts_->back.meters.event_streams);
}

// -- operations ---------------------------------------------------------------------------------------------

boost::asio::awaitable<std::vector<part_health>> backend_service::health() {
    auto& back = parts_->back;
    std::vector<part_health> parts(3);
    auto ping = [](pg::connection& connection) -> status { return connection.execute("SELECT 1"); };
    const auto database = co_await read<done>(back.reads, ping);
    parts[0].name = "database";
    parts[0].ok = database.has_value();
    parts[0].detail = database ? "" : database.error().detail;
    parts[1].name = "writer";
    parts[1].ok = back.writers_healthy();
    parts[1].detail = parts[1].ok ? "" : "a writer has no connection";
    auto check = [&back]() -> status { return back.blobs->check(); };
    const auto disk = co_await run<done>(back.errands, check);
    parts[2].name = "disk";
    parts[2].ok = disk.has_value();
    parts[2].detail = disk ? "" : disk.error().detail;
    co_return parts;
}

std::string backend_service::metrics_text() {
    return parts_->back.meters.expose();
}

reply<stored_answer> backend_service::grant(user_id user, tokens amount, std::chrono::days validity,
                                            std::optional<command_key> key) {
    auto& back = parts_->back;
    if (const auto known = co_await this->user(user); !known)
        co_return known.error().code == errc::unauthenticated ? errc::not_found : known.error();
    auto query = [](pg::connection& database) { return queries::get_origin_package(database, "grant"); };
    const auto package = co_await read<token_package_record>(back.reads, query);
    if (!package)
        co_return package.error();
    // No key of the user's own can hold a space.
    if (key)
        key->key.insert(0, "operator ");
    grant_tokens command{user, package->id, amount, validity};
    command.idempotency = to_message(std::move(key));
    auto granted = co_await parts_->ask.ask<receipt>(back.actors.get<wallets_actor>(), std::move(command));
    co_return to_answer(std::move(granted));
}

reply<std::string> backend_service::actor_tree() {
    namespace json = boost::json;
    constexpr std::size_t shown = 100;
    json::array families;
    const auto add = [&families](const char* kind, const outcome<children_report>& report) {
        json::object family{{"kind", kind}};
        json::array children;
        if (report) {
            for (const auto& child : report->children)
                children.push_back(json::object{{"key", child.key}, {"seconds_idle", child.seconds_idle}});
            family["live"] = report->live;
        } else {
            family["error"] = to_string(report.error().code);
        }
        family["children"] = std::move(children);
        families.push_back(std::move(family));
    };
    auto& actors = parts_->back.actors;
    const list_children question{shown};
    const auto wallets = co_await parts_->ask.ask<children_report>(actors.get<wallets_actor>(), question);
    add("wallet", wallets);
    const auto generations =
        co_await parts_->ask.ask<children_report>(actors.get<generations_actor>(), question);
    add("generation", generations);
    const auto payments = co_await parts_->ask.ask<children_report>(actors.get<payments_actor>(), question);
    add("payment", payments);
    const auto subscriptions =
        co_await parts_->ask.ask<children_report>(actors.get<subscriptions_actor>(), question);
    add("subscription", subscriptions);
    json::array singles;
    for (const auto* kind : {"reader", "dispatcher", "sweeper"})
        singles.push_back(json::object{{"kind", kind}});
    singles.push_back(
        json::object{{"kind", "writer"}, {"live", parts_->back.options.config.database.writers}});
    co_return json::serialize(json::object{
        {"kind", "supervisor"}, {"families", std::move(families)}, {"actors", std::move(singles)}});
}

} // namespace atelier::http
