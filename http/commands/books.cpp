#include "http/commands/books.hpp"

#include "http/commands/node.hpp"
#include "persistence/blobs/open_store.hpp"
#include "persistence/migrate.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>
#include <unistd.h>

namespace atelier::commands {
namespace {

constexpr auto start_limit = std::chrono::seconds{20};

} // namespace

outcome<books> books::open(const settings& config, const workplace& place) {
    auto database = connect(place);
    if (!database)
        return database.error();
    if (auto ready = check_schema(*database); !ready)
        return ready.error();
    auto secret = payment_secret(config, place.var.root());
    if (!secret)
        return secret.error();
    static const system_clock time;
    auto blobs = open_blob_store(config, time);
    if (!blobs)
        return blobs.error();
    backend_options options;
    options.config = config;
    options.conninfo = place.conninfo;
    options.node = "tool/" + std::to_string(getpid());
    options.temporary = place.var.tmp();
    options.blobs = std::move(*blobs);
    options.payment_secret = std::move(*secret);
    options.base_url = [] { return std::string{}; };
    options.fatal = [](const std::string& why) { spdlog::critical("{}", why); };
    options.only_books = true;
    if (config.payments.gateway == "sandbox")
        options.gateway_url = listener_url("http", config.sandbox.address, config.sandbox.port);
    auto own = std::make_unique<backend>(std::move(options));
    if (auto started = own->start(); !started)
        return started.error();
    // The supervisor starts the actors one after the other.
    const auto until = std::chrono::steady_clock::now() + start_limit;
    while (!own->actors.get<payments_actor>()) {
        if (std::chrono::steady_clock::now() > until)
            return failure{errc::unavailable, "the actors do not start"};
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return books{std::move(own)};
}

} // namespace atelier::commands
