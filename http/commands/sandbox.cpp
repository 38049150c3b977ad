#include "http/commands/command.hpp"
#include "http/commands/end_signal.hpp"
#include "http/commands/log.hpp"
#include "http/commands/node.hpp"
#include "http/commands/sandbox_parts.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage: atelier sandbox

Plays the payment gateway CloudPayments on this machine until SIGTERM or SIGINT: its API, its widget and checkout page,
and its notifications. `atelier serve` has one inside unless payments.gateway names another; this is one by itself, for
a service elsewhere. It needs payments.api_secret, the same as the service's, and sandbox.notify_url, e.g.
  atelier sandbox --set payments.api_secret=SECRET --set sandbox.notify_url=http://127.0.0.1:8080/webhooks/cloudpayments
)";

} // namespace

http::sandbox::site_options sandbox_options(const settings& config) {
    const auto& s = config.sandbox;
    http::sandbox::site_options options;
    options.address = s.address;
    options.port = s.port;
    options.public_id = config.payments.public_id;
    options.gateway.secret = config.payments.api_secret;
    options.gateway.journal = s.state;
    options.gateway.minute = s.minute;
    options.gateway.day = s.day;
    options.gateway.odds.duplicates = s.chaos_duplicates;
    options.gateway.odds.delays = s.chaos_delays;
    options.gateway.odds.drops = s.chaos_drops;
    options.gateway.odds.forgeries = s.chaos_forgeries;
    return options;
}

http::server_hooks sandbox_hooks() {
    http::server_hooks hooks;
    hooks.on_request = [](const http::request_summary& r) { log_request("sandbox", r); };
    hooks.on_error = [](std::string_view what) { spdlog::error("sandbox: {}", what); };
    return hooks;
}

int sandbox(const arguments& args) {
    int exit_status = success;
    auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    if (!call->rest.empty()) {
        complain("sandbox does not know '" + call->rest.front() + "'; `atelier sandbox --help` explains");
        return misused;
    }
    if (call->config.payments.api_secret.empty() || call->config.sandbox.notify_url.empty()) {
        complain("the sandbox needs payments.api_secret and sandbox.notify_url; `atelier sandbox --help` "
                 "explains");
        return misused;
    }
    start_log(call->config.log);
    const end_signal end;

    const system_clock time;
    system_random random;
    auto opened = http::sandbox::site::open(sandbox_options(call->config), time, random, sandbox_hooks());
    if (!opened) {
        complain(opened.error().detail);
        return failed;
    }
    const auto& site = *opened;
    site->start(call->config.sandbox.notify_url);
    std::printf("ready sandbox=%s\n",
                listener_url("http", call->config.sandbox.address, site->port()).c_str());
    std::fflush(stdout);
    while (!end.wait()) {
        // Nothing to read again.
    }
    spdlog::info("stopping");
    site->stop();
    return success;
}

} // namespace atelier::commands
