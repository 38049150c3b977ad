#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/connection_pool.hpp"

#include <functional>
#include <future>
#include <memory>
#include <utility>

/// For threads that may block: waiting for what answers by a callback. Whoever is called promises an answer
/// in a limited time.
namespace atelier {

/// `start` is given the callback.
template <class T, class Start>
[[nodiscard]] outcome<T> wait_for_call(Start start) {
    auto answered = std::make_shared<std::promise<outcome<T>>>();
    auto result = answered->get_future();
    start([answered](outcome<T> answer) { answered->set_value(std::move(answer)); });
    return result.get();
}

/// Runs `query` (connection → outcome<T>) on the pool.
template <class T, class Query>
[[nodiscard]] outcome<T> wait_for_query(connection_pool& pool, Query query) {
    return wait_for_call<T>([&](std::function<void(outcome<T>)> then) {
        auto job = [&query, then](outcome<pg::connection*> connection) {
            then(connection ? outcome<T>{query(**connection)} : outcome<T>{connection.error()});
        };
        if (!pool.submit(std::move(job)))
            then(errc::overloaded);
    });
}

} // namespace atelier
