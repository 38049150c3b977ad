#include "http/sandbox/site.hpp"

#include <algorithm>
#include <iterator>

namespace atelier::http::sandbox {

outcome<std::unique_ptr<site>> site::open(site_options options, const clock& time, random_source& random,
                                          server_hooks hooks) {
    auto gateway = atelier::sandbox::gateway::open(options.gateway, time, random);
    if (!gateway)
        return gateway.error();
    std::unique_ptr<site> made{new site{std::move(*gateway), options}};
    auto routes = api_routes(made->context_);
    std::ranges::move(checkout_routes(made->context_), std::back_inserter(routes));
    std::ranges::move(operator_routes(made->context_), std::back_inserter(routes));
    server_options listener;
    listener.address = options.address;
    listener.port = options.port;
    auto opened = server::open(std::move(listener), router{std::move(routes)}, made->files_, time, random,
                               std::move(hooks));
    if (!opened)
        return opened.error();
    made->server_ = std::move(*opened);
    return made;
}

site::site(std::unique_ptr<atelier::sandbox::gateway> gateway, const site_options& options)
    : gateway_{std::move(gateway)}, context_{*gateway_, options.public_id, options.gateway.secret}, files_{
                                                                                                        1,
                                                                                                        16} {}

site::~site() {
    stop();
}

void site::start(const std::string& notify_url) {
    gateway_->start(notify_url);
    server_->start();
}

void site::stop() {
    gateway_->stop(); // answers those who wait for the shop
    if (server_)
        server_->stop(std::chrono::seconds{1});
}

} // namespace atelier::http::sandbox
