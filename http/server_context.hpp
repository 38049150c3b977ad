#pragma once

#include "actors/domain/random.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/time.hpp"
#include "http/connection_gate.hpp"
#include "http/cors.hpp"
#include "http/file_pool.hpp"
#include "http/hooks.hpp"
#include "http/loop_lag.hpp"
#include "http/router.hpp"
#include "http/server_options.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <random>
#include <string>
#include <string_view>

namespace atelier::http {

/// What all sessions of a server share. Thread-safe or read-only.
struct server_context {
    server_context(server_options o, router r, file_pool& pool, const atelier::clock& t,
                   random_source& chance, server_hooks h);

    const server_options options;
    const limits& bounds = options.bounds;
    const router routes;
    const cors sharing{options.origins};
    file_pool& files;
    const atelier::clock& time;
    random_source& random;
    const server_hooks hooks;
    connection_gate gate;
    attempt_rate by_address; ///< requests of each customer's network

    void report(std::string_view trouble) const {
        if (hooks.on_error)
            hooks.on_error(trouble);
    }
    void refused(std::string_view reason) const {
        if (hooks.on_refusal)
            hooks.on_refusal(reason);
    }
};

/// What the sessions of one I/O thread share; only that thread touches it, but for the lag.
struct thread_scope {
    explicit thread_scope(server_context& all);

    server_context& shared;
    boost::asio::any_io_executor executor;
    std::string date; ///< the present as an IMF-fixdate
    bool draining = false;
    loop_lag lag;
    std::mt19937_64 random; ///< for names that need to be unique, not secret

    /// 32 hexadecimal digits that nobody has had before.
    [[nodiscard]] std::string unique_name();
};

} // namespace atelier::http
