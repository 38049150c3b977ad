#include "http/backend_control_room.hpp"

#include "actors/backend.hpp"
#include "http/backend_parts.hpp"
#include "http/control_room/log_level.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace atelier::http {
namespace {

namespace json = boost::json;

constexpr auto lifetime = std::chrono::milliseconds{900}; ///< of an overview: less than the pause of streams
constexpr auto window = std::chrono::seconds{15};         ///< of rates and times
constexpr auto takings_lifetime = std::chrono::seconds{5};
constexpr std::size_t viewers_max = 32;
constexpr std::size_t asks_max = 64;
constexpr std::int32_t users_shown = 20;

} // namespace

backend_control_room::backend_control_room(backend& b, service& everything)
    : back_{b}, service_{everything}, ask_{b.system(), b.meters, b.options.config.http.request_timeout,
                                           asks_max, b.options.config.http.queueing_limit},
      viewers_{viewers_max, viewers_max} {}

std::shared_ptr<void> backend_control_room::admit() {
    auto ticket = viewers_.enter({});
    return ticket ? std::make_shared<connection_gate::ticket>(std::move(*ticket)) : nullptr;
}

reply<std::string> backend_control_room::overview() {
    {
        const std::lock_guard lock{mutex_};
        const bool fresh = steady::now() - gathered_ < lifetime;
        if (!latest_.empty() && (fresh || gathering_))
            co_return latest_;
        gathering_ = true;
    }
    const std::shared_ptr<void> done{nullptr, [this](std::nullptr_t) {
                                         const std::lock_guard lock{mutex_};
                                         gathering_ = false;
                                     }};
    auto now = co_await gather();
    {
        const std::lock_guard lock{mutex_};
        latest_ = now;
        gathered_ = steady::now();
    }
    co_return now;
}

/// Nothing when the database does not say.
template <class Fact, class Query>
boost::asio::awaitable<std::optional<Fact>> backend_control_room::fact(Query query) {
    auto found = co_await read<Fact>(back_.reads, std::move(query));
    if (!found)
        co_return std::nullopt;
    co_return *std::move(found);
}

boost::asio::awaitable<std::optional<queries::takings>> backend_control_room::takings(instant since) {
    {
        const std::lock_guard lock{mutex_};
        if (takings_ && takings_since_ == since && steady::now() - takings_at_ < takings_lifetime)
            co_return takings_;
    }
    auto query = [since, currency = back_.options.config.payments.currency](pg::connection& database) {
        return queries::read_takings(database, since, currency);
    };
    auto found = co_await fact<queries::takings>(std::move(query));
    const std::lock_guard lock{mutex_};
    takings_ = found;
    takings_at_ = steady::now();
    takings_since_ = since;
    co_return found;
}

boost::asio::awaitable<std::string> backend_control_room::gather() {
    overview_facts facts;
    facts.at = back_.time.now();
    facts.today = std::chrono::floor<std::chrono::days>(facts.at);
    facts.currency = back_.options.config.payments.currency;
    facts.writers = back_.options.config.database.writers;
    facts.log_level = log_level();
    facts.restarts = back_.crashes.latest();
    facts.health = co_await service_.health();
    facts.takings = co_await takings(facts.today);
    auto query = [](pg::connection& database) { return queries::list_busiest_users(database, users_shown); };
    facts.users = co_await fact<std::vector<queries::user_load>>(std::move(query));

    reading now{steady::now(), exposition{service_.metrics_text()}};
    const std::lock_guard lock{mutex_};
    while (readings_.size() > 1 && now.at - readings_.front().at > window)
        readings_.pop_front();
    const auto& before = readings_.empty() ? now : readings_.front();
    facts.window = now.at - before.at;
    auto text = overview_json(now.metrics, before.metrics, facts);
    readings_.push_back(std::move(now));
    co_return text;
}

template <class Handle>
reply<std::string> backend_control_room::family(std::string kind, std::size_t limit) {
    const list_children question{limit};
    const auto report = co_await ask_.ask<children_report>(back_.actors.get<Handle>(), question);
    if (!report)
        co_return report.error();
    json::array children;
    for (const auto& child : report->children)
        children.push_back(json::object{{"key", child.key}, {"seconds_idle", child.seconds_idle}});
    co_return json::serialize(
        json::object{{"kind", kind}, {"live", report->live}, {"data", std::move(children)}});
}

reply<std::string> backend_control_room::actors(std::string kind, std::size_t limit) {
    if (kind == "wallet")
        return family<wallets_actor>(std::move(kind), limit);
    if (kind == "generation")
        return family<generations_actor>(std::move(kind), limit);
    if (kind == "payment")
        return family<payments_actor>(std::move(kind), limit);
    if (kind == "subscription")
        return family<subscriptions_actor>(std::move(kind), limit);
    return []() -> reply<std::string> { co_return errc::not_found; }();
}

} // namespace atelier::http
