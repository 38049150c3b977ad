#pragma once

#include "actors/domain/outcome.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace atelier::http {

/// Waits for a callback: `start` is given a function to call once, from any thread, with the result; the
/// coroutine goes on with it on its own executor. `start` lives until then.
template <class T>
boost::asio::awaitable<outcome<T>> wait_for(std::function<void(std::function<void(outcome<T>)>)> start) {
    auto initiate = [&start](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([shared, executor](outcome<T> result) {
            boost::asio::post(
                executor, [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
        });
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(outcome<T>)>(
        initiate, boost::asio::use_awaitable);
}

} // namespace atelier::http
