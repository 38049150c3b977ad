#include "actors/engines/replicate.hpp"
#include "http/backend_parts.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/generations.hpp"

#include <boost/json.hpp>

#include <algorithm>

/// The service's part about generations, and the view that operators have.
namespace atelier::http {

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
    command.why = std::move(order.why);
    auto spent = co_await parts_->ask.ask<receipt>(back.actors.get<wallets_actor>(), std::move(command),
                                                   ask_role::change);
    co_return to_answer(std::move(spent));
}

reply<stored_answer> backend_service::generate(generation_order order) {
    const auto user = order.user;
    auto key = order.key;
    const auto image = order.input_image;
    auto ended = co_await spend(std::move(order));
    if (!ended && ended.error().code == errc::state_conflict)
        parts_->back.owners.forget(image); // perhaps it was deleted just now
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
    // One that was deleted may still be in memory.
    const auto there = co_await this->generation(user, generation);
    if (!there)
        co_return there.error();
    const cancel_generation command{generation, user};
    auto ended =
        co_await parts_->ask.ask<generation_record>(parts_->back.actors.get<generations_actor>(), command);
    co_return owned_by(user, std::move(ended));
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
    auto check = [&back]() -> status { return back.blobs.check(); };
    const auto disk = co_await run<done>(back.errands, check);
    parts[2].name = "disk";
    parts[2].ok = disk.has_value();
    parts[2].detail = disk ? "" : disk.error().detail;
    co_return parts;
}

std::string backend_service::metrics_text() {
    auto& back = parts_->back;
    const auto show = [&back](std::string_view name, connection_pool& pool) {
        const auto now = pool.read_counters();
        back.meters.pool(name, {now.depth, now.busy, now.jobs, now.refused, now.waited});
    };
    show("reads", back.reads);
    show("hashing", back.hashing);
    back.meters.pool("images", back.image_pool.read());
    back.meters.pool("errands", back.errands.read());
    back.meters.writers_connected.Set(static_cast<double>(back.healthy_writers()));
    return back.meters.expose();
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
    auto granted = co_await parts_->ask.ask<receipt>(back.actors.get<wallets_actor>(), std::move(command),
                                                     ask_role::vital);
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
    const auto wallets =
        co_await parts_->ask.ask<children_report>(actors.get<wallets_actor>(), question, ask_role::vital);
    add("wallet", wallets);
    const auto generations =
        co_await parts_->ask.ask<children_report>(actors.get<generations_actor>(), question, ask_role::vital);
    add("generation", generations);
    const auto payments =
        co_await parts_->ask.ask<children_report>(actors.get<payments_actor>(), question, ask_role::vital);
    add("payment", payments);
    const auto subscriptions = co_await parts_->ask.ask<children_report>(actors.get<subscriptions_actor>(),
                                                                         question, ask_role::vital);
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
