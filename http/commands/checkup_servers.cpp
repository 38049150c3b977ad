#include "actors/gateways/make_gateway_client.hpp"
#include "actors/mail/make_transport.hpp"
#include "actors/make_engines.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/waiting.hpp"
#include "http/commands/checkup.hpp"

#include <string>

namespace atelier::commands {

void check_gateway(const settings& config, checkup& all) {
    status answered{done{}}; // the sandbox is part of the service
    if (config.payments.gateway != "sandbox") {
        metrics meters;
        const auto api = make_gateway_client(config, "", config.payments.api_secret, meters);
        answered =
            wait_for_call<done>([&api](gateway_client::callback<done> then) { api->test(std::move(then)); });
    }
    all.add("gateway", answered,
            "compare payments.public_id and api_secret with the gateway's cabinet; is its API reached from "
            "here?");
}

void check_engines(const settings& config, const workplace& place, checkup& all) {
    const system_clock time;
    const auto engines = make_engines(config, place.var.tmp(), time);
    for (std::size_t i = 0; i < engines->size(); ++i) {
        auto& engine = engines->at(engine_id{i});
        all.add("engine " + std::string{engine.name()}, engine.check(),
                "look at its block of engines.*: url, and what it is given to sign in");
    }
    engines->stop();
}

void check_mail(const settings& config, checkup& all) {
    const bool elsewhere = config.mail.delivery == "smtp";
    all.add("mail", make_mail_transport(config)->check(),
            elsewhere ? "look at the section mail: host and port say where the server is, security how it is "
                        "spoken to, ca_file whose certificates count, user and password who signs in"
                      : "make the directory of the mails writable for the service's user");
    if (!elsewhere)
        return;
    const bool addressed = !config.http.base_url.empty();
    all.add("links",
            addressed ? status{done{}} : status{failure{errc::unavailable, "http.base_url is not set"}},
            "set it to the address that clients see: links in mails begin with it");
}

} // namespace atelier::commands
