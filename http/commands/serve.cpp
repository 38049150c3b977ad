#include "actors/backend.hpp"
#include "http/backend_control_room.hpp"
#include "http/backend_service.hpp"
#include "http/commands/command.hpp"
#include "http/commands/end_signal.hpp"
#include "http/commands/log.hpp"
#include "http/commands/node.hpp"
#include "http/commands/sandbox_parts.hpp"
#include "http/commands/service_manager.hpp"
#include "http/endpoints/routes.hpp"
#include "http/file_pool.hpp"
#include "http/server.hpp"
#include "http/tls_identity.hpp"
#include "persistence/blobs/open_store.hpp"
#include "persistence/migrate.hpp"
#include "persistence/seed.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage: atelier serve

Runs the service until SIGTERM or SIGINT: creates and starts its own PostgreSQL unless database.url names another,
brings the schema up to date, adds missing seeds, and listens.
)";

constexpr std::string_view real_widget_script = "https://widget.cloudpayments.ru/bundles/cloudpayments.js";
constexpr auto sweep_interval = std::chrono::milliseconds{100};
constexpr int sweeps_per_look = 10;        ///< at the own database server
constexpr std::size_t users_max = 100'000; ///< of whom it is known how often they have asked

/// Makes the database ready for this version of the program.
status prepare(const workplace& place) {
    auto database = connect(place);
    if (!database)
        return database.error();
    const auto applied = atelier::migrate(*database);
    if (!applied)
        return applied.error();
    for (const auto& name : *applied)
        spdlog::info("applied migration {}", name);
    const auto added = atelier::seed(*database, system_clock{}.now());
    if (!added)
        return added.error();
    return done{};
}

http::limits limits_of(const settings& config) {
    const auto& s = config.http;
    http::limits bounds;
    bounds.header_bytes = s.header_limit;
    bounds.header_fields = s.header_count_limit;
    bounds.target_bytes = s.target_limit;
    bounds.body_bytes = s.body_limit;
    bounds.upload_bytes = config.images.upload_limit;
    bounds.stream_bytes = config.events.buffer_limit;
    bounds.compress_above = s.compress_above;
    bounds.connections = s.max_connections;
    bounds.connections_per_address = s.max_connections_per_address;
    bounds.header_timeout = s.header_timeout;
    bounds.body_timeout = s.body_timeout;
    bounds.write_timeout = s.write_timeout;
    bounds.idle_timeout = s.idle_timeout;
    bounds.drain_idle = s.drain_idle_timeout;
    return bounds;
}

http::server_hooks hooks_of(metrics& meters, const char* listener) {
    http::server_hooks hooks;
    hooks.on_request = [&meters, listener](const http::request_summary& r) {
        meters.request_finished(listener, r.method, r.route, r.status, r.duration);
        log_request(listener, r);
    };
    hooks.on_refusal = [&meters, listener](std::string_view reason) {
        meters.request_refused(listener, reason);
    };
    hooks.on_error = [](std::string_view what) { spdlog::error("{}", what); };
    return hooks;
}

/// For who tries it: with mails in files and a gateway that takes no money. Paths are absolute, so that it
/// works when pasted into any shell.
void print_welcome(const std::string& url, const std::string& sandbox, const settings& config) {
    if (config.mail.delivery != "file")
        return;
    const auto mails = std::filesystem::absolute(mail_directory(config));
    const auto photo = std::filesystem::absolute("tests/support/rooms/living_room.jpg");
    std::printf(R"sh(
Atelier is running. From sign-up to a redesigned room, to paste into another shell:

  api=%s
  json='Content-Type: application/json'
  field() { grep -o "\"$1\":[^,}]*" | head -n 1 | cut -d : -f 2- | tr -d '"'; }
  email=ann$(date +%%s)@example.com
  login="{\"email\":\"$email\",\"password\":\"correct horse battery\"}"
  curl -s $api/v1/users -H "$json" -d "$login"
  until mail=$(grep -ls "^To: $email" '%s'/*.eml); do sleep 0.2; done
  token=$(grep -o 'token=[A-Za-z0-9_-]*' "$mail" | head -n 1 | cut -d = -f 2)
  curl -s $api/v1/users/confirmation -H "$json" -d "{\"token\":\"$token\"}"
  auth="Authorization: Bearer $(curl -s $api/v1/sessions -H "$json" -d "$login" | field token)"
  package=$(curl -s $api/v1/token_packages | field id)
  order=$(curl -s $api/v1/payments -H "$auth" -H "$json" -d "{\"token_package_id\":$package}")
  widget=${order##*'"widget":{'}
  widget=${widget%%'}}}'}
  curl -s %s/pay -H "$json" -d "{$widget,\"card\":\"4111111111111111\"}"
  image=$(curl -s "$api/v1/images?room_type=living_room" -H "$auth" -H 'Content-Type: image/jpeg' \
      --data-binary @'%s' | field id)
  style=$(curl -s $api/v1/styles | grep -o '"id":[0-9]*,"name":"Art Deco"' | field id)
  generation=$(curl -s $api/v1/generations -H "$auth" -H "$json" \
      -d "{\"input_image_id\":$image,\"style_id\":$style}" | field id)
  curl -sN $api/v1/generations/$generation/events -H "$auth" | grep '"status"'
  output=$(curl -s $api/v1/generations/$generation -H "$auth" | field output_image_id)
  curl -s $api/v1/images/$output/file -H "$auth" -o redesigned.jpg && ls -l redesigned.jpg

)sh",
                url.c_str(), mails.c_str(), sandbox.c_str(), photo.c_str());
}

void print_ready(const std::string& url, const std::string& ops, const std::string& sandbox) {
    std::printf("ready http=%s ops=%s%s%s\n", url.c_str(), ops.c_str(),
                sandbox.empty() ? "" : " sandbox=", sandbox.c_str());
    std::fflush(stdout);
}

/// The parts of a running service, in the order in which they are made.
class running {
public:
    running(invocation call, workplace place)
        : config_{std::move(call.config)}, place_{std::move(place)},
          by_user_{"user", static_cast<std::int64_t>(config_.http.requests_per_user), std::chrono::minutes{1},
                   users_max} {}

    status start(std::function<void(const std::string&)> fatal);
    /// Reads again what may change while the service runs: the certificate.
    void reload();
    void stop();

private:
    status open_sandbox();
    status open_servers();
    void keep_deadlines(const std::stop_token& stop);
    void keep_database(const std::stop_token& stop);

    settings config_;
    workplace place_;
    std::string url_;
    std::string ops_url_;
    std::string sandbox_url_; ///< "" with another gateway
    std::string payment_secret_;
    system_clock time_;
    system_random random_;
    attempt_rate by_user_; ///< requests
    std::unique_ptr<http::tls_identity> identity_;
    std::unique_ptr<http::sandbox::site> sandbox_;
    std::unique_ptr<backend> backend_;
    std::unique_ptr<http::backend_service> service_;
    std::unique_ptr<http::backend_control_room> room_;
    std::unique_ptr<http::file_pool> files_;
    std::unique_ptr<http::server> public_;
    std::unique_ptr<http::server> operators_;
    std::jthread deadlines_;
    std::jthread database_;
};

status running::start(std::function<void(const std::string&)> fatal) {
    if (auto ready = prepare(place_); !ready)
        return ready;
    auto node = node_name(place_.var.run());
    if (!node)
        return node.error();
    auto secret = payment_secret(config_, place_.var.root());
    if (!secret)
        return secret.error();
    payment_secret_ = std::move(*secret);
    auto key_base = secret_key_base(config_, place_.var.root());
    if (!key_base)
        return key_base.error();
    auto blobs = open_blob_store(config_, time_);
    if (!blobs)
        return blobs.error();
    if (auto opened = open_sandbox(); !opened)
        return opened;
    backend_options options;
    options.config = config_;
    options.conninfo = place_.conninfo;
    options.node = std::move(*node);
    options.temporary = place_.var.tmp();
    options.blobs = std::move(*blobs);
    options.secret_key_base = std::move(*key_base);
    options.payment_secret = payment_secret_;
    options.gateway_url = sandbox_url_;
    options.widget_script =
        sandbox_ ? sandbox_url_ + "/bundles/cloudpayments.js" : std::string{real_widget_script};
    options.base_url = [this] { return config_.http.base_url.empty() ? url_ : config_.http.base_url; };
    options.fatal = std::move(fatal);
    options.on_span = log_span;
    backend_ = std::make_unique<backend>(std::move(options));
    if (auto started = backend_->start(); !started)
        return started;
    service_ = std::make_unique<http::backend_service>(*backend_);
    room_ = std::make_unique<http::backend_control_room>(*backend_, *service_);
    if (auto opened = open_servers(); !opened)
        return opened;
    deadlines_ = std::jthread{[this](const std::stop_token& stop) { keep_deadlines(stop); }};
    database_ = std::jthread{[this](const std::stop_token& stop) { keep_database(stop); }};
    public_->start();
    operators_->start();
    if (sandbox_) {
        const auto& notify_url = config_.sandbox.notify_url;
        sandbox_->start(notify_url.empty() ? url_ + "/webhooks/cloudpayments" : notify_url);
        print_welcome(url_, sandbox_url_, config_);
    }
    print_ready(url_, ops_url_, sandbox_url_);
    return done{};
}

/// With its own gateway the service has its own secret, too, which must outlive it as the gateway's journal
/// does.
status running::open_sandbox() {
    if (config_.payments.gateway != "sandbox")
        return done{};
    const auto directory = place_.var.root() / "sandbox";
    auto options = sandbox_options(config_);
    options.gateway.secret = payment_secret_;
    if (options.gateway.journal.empty())
        options.gateway.journal = directory / "journal.jsonl";
    auto opened = http::sandbox::site::open(std::move(options), time_, random_, sandbox_hooks());
    if (!opened)
        return opened.error();
    sandbox_ = std::move(*opened);
    sandbox_url_ = listener_url("http", config_.sandbox.address, sandbox_->port());
    return done{};
}

status running::open_servers() {
    if (!config_.http.tls_certificate.empty()) {
        auto identity = http::tls_identity::open(config_.http.tls_certificate, config_.http.tls_key);
        if (!identity)
            return identity.error();
        identity_ = std::move(*identity);
    }
    files_ = std::make_unique<http::file_pool>(2, 1024);
    http::endpoint_context context{*service_, *files_};
    context.base_url = backend_->options.base_url;
    context.heartbeat = config_.events.heartbeat;
    context.count_request = [this](user_id user) {
        return by_user_.take(std::to_string(user.value), time_.now());
    };
    context.wait_limit = std::min(config_.generations.wait_limit, config_.http.request_timeout);
    http::server_options listener;
    listener.address = config_.http.address;
    listener.port = config_.http.port;
    listener.threads = config_.http.threads;
    listener.bounds = limits_of(config_);
    listener.bounds.requests_per_address = static_cast<std::int64_t>(config_.http.requests_per_address);
    listener.trusted_proxies = address_ranges::parse(config_.http.trusted_proxies).value();
    listener.proxy_protocol = config_.http.proxy_protocol;
    listener.origins = web_origins::parse(config_.http.cors_origins).value();
    listener.identity = identity_.get();
    listener.https = backend_->options.base_url().starts_with("https:") || identity_ != nullptr;
    listener.upload_directory = place_.var.tmp();
    listener.inherited = inherited_socket("http");
    listener.queueing_limit = config_.http.queueing_limit;
    listener.overloaded = [this] { return service_->is_full(); };
    auto opened = http::server::open(listener, http::router{http::public_routes(context)}, *files_, time_,
                                     random_, hooks_of(backend_->meters, "public"));
    if (!opened)
        return opened.error();
    public_ = std::move(*opened);
    http::server_options own;
    own.address = config_.ops.address;
    own.port = config_.ops.port;
    own.bounds = limits_of(config_);
    own.inherited = inherited_socket("ops");
    own.upload_directory = place_.var.tmp();
    opened = http::server::open(own, http::router{http::operator_routes(*service_, *room_)}, *files_, time_,
                                random_, hooks_of(backend_->meters, "operator"));
    if (!opened)
        return opened.error();
    operators_ = std::move(*opened);
    url_ = listener_url(identity_ ? "https" : "http", config_.http.address, public_->port());
    ops_url_ = listener_url("http", config_.ops.address, operators_->port());
    return done{};
}

/// Enforces the deadlines of commands, and looks at the connections now and then.
void running::keep_deadlines(const std::stop_token& stop) {
    std::uint64_t dropped = 0;
    while (!stop.stop_requested()) {
        service_->sweep();
        const auto lines = dropped_log_lines();
        backend_->meters.log_lines_dropped.Increment(
            static_cast<double>(lines - std::exchange(dropped, lines)));
        room_->sweep();
        for (const auto& [name, listener] :
             {std::pair{"public", public_.get()}, {"operator", operators_.get()}})
            backend_->meters.listener(name, {listener->connections(), config_.http.max_connections,
                                             listener->refused_connections(), listener->lag()});
        std::this_thread::sleep_for(sweep_interval);
    }
}

/// Starts the own database server again when it is gone. That can take long: nothing else waits for it.
void running::keep_database(const std::stop_token& stop) {
    for (int round = 0; !stop.stop_requested(); ++round) {
        std::this_thread::sleep_for(sweep_interval);
        if (round % sweeps_per_look != 0 || !place_.own)
            continue;
        if (const auto there = place_.own->ensure_running(); !there)
            spdlog::error("{}", there.error().detail);
    }
}

void running::reload() {
    if (!identity_)
        return;
    if (const auto reloaded = identity_->reload(); !reloaded)
        spdlog::error("the certificate stays as it was: {}", reloaded.error().detail);
    else
        spdlog::info("read the certificate again");
}

/// Requests first, then the actors, then the database. What others may still call back to is destroyed last.
void running::stop() {
    if (sandbox_)
        sandbox_->stop();
    if (service_)
        service_->drain();
    if (room_)
        room_->drain();
    if (public_)
        public_->stop(config_.http.drain_timeout);
    if (operators_)
        operators_->stop(std::chrono::milliseconds{0});
    deadlines_ = {};
    database_ = {};
    if (service_)
        service_->close();
    if (room_)
        room_->close();
    if (backend_)
        backend_->stop();
    public_.reset();
    operators_.reset();
    files_.reset();
    room_.reset();
    service_.reset();
    backend_.reset();
    sandbox_.reset();
    if (place_.own) {
        if (const auto stopped = place_.own->stop(); !stopped)
            spdlog::error("{}", stopped.error().detail);
    }
}

} // namespace

int serve(const arguments& args) {
    int exit_status = success;
    auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    if (!call->rest.empty()) {
        complain("serve does not know '" + call->rest.front() + "'; `atelier serve --help` explains");
        return misused;
    }
    start_log(call->config.log);
    const end_signal end;

    auto place = open_workplace(call->config, var_directory::use::exclusive);
    if (!place) {
        complain(place.error().detail);
        return failed;
    }
    std::atomic<bool> crashed{false};
    running service{std::move(*call), std::move(*place)};
    const auto started = service.start([&crashed](const std::string& why) {
        spdlog::critical("{}", why);
        crashed = true;
        kill(getpid(), SIGTERM);
    });
    if (started) {
        tell_service_manager("READY=1");
        while (!end.wait())
            service.reload();
        tell_service_manager("STOPPING=1");
        spdlog::info("stopping");
    } else {
        complain(started.error().detail);
    }
    service.stop();
    return started && !crashed ? success : failed;
}

} // namespace atelier::commands
