#pragma once

#include "actors/gateways/sandbox/gateway.hpp"
#include "http/file_pool.hpp"
#include "http/sandbox/routes.hpp"
#include "http/server.hpp"

#include <memory>
#include <string>

namespace atelier::http::sandbox {

struct site_options {
    std::string address = "127.0.0.1"; ///< an IP address
    std::uint16_t port = 0;            ///< 0 = any that is free
    std::string public_id;
    atelier::sandbox::gateway_options gateway;
};

/// The sandbox with its listener, on a thread of its own.
class site {
public:
    /// Replays the journal, binds and listens; clients wait until `start`. `time` and `random` must outlive
    /// the site. Errors: unavailable, for people.
    [[nodiscard]] static outcome<std::unique_ptr<site>> open(site_options options, const clock& time,
                                                             random_source& random, server_hooks hooks);
    ~site(); ///< stops
    site(const site&) = delete;
    site& operator=(const site&) = delete;

    /// Serves, and sends notifications to "{notify_url}/{kind}". Once.
    void start(const std::string& notify_url);
    /// Ends, within about a second; what the shop has not accepted waits in the journal.
    void stop();

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

private:
    explicit site(std::unique_ptr<atelier::sandbox::gateway> gateway, const site_options& options);

    std::unique_ptr<atelier::sandbox::gateway> gateway_;
    context context_;
    file_pool files_;
    std::unique_ptr<server> server_;
};

} // namespace atelier::http::sandbox
