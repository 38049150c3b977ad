#include "http/endpoints/endpoints.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace atelier::http {

answer show_liveness(service&, request&) {
    co_return json_response(200, R"({"status":"ok"})");
}

answer show_readiness(service& backend, request&) {
    namespace json = boost::json;
    const auto parts = co_await backend.health();
    const bool ready = std::ranges::all_of(parts, &part_health::ok);
    json::array checks;
    for (const auto& part : parts)
        checks.push_back(json::object{{"name", part.name}, {"ok", part.ok}, {"detail", part.detail}});
    json::object report{{"status", ready ? "ok" : "unavailable"}, {"checks", std::move(checks)}};
    co_return json_response(ready ? 200 : 503, json::serialize(report));
}

answer show_metrics(service& backend, request&) {
    co_return response{200, "text/plain; version=0.0.4; charset=utf-8", backend.metrics_text()};
}

answer show_actor_tree(service& backend, request&) {
    auto tree = co_await backend.actor_tree();
    if (!tree)
        co_return tree.error();
    co_return json_response(200, std::move(*tree));
}

} // namespace atelier::http
