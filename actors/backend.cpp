#include "actors/backend.hpp"

#include "actors/checkout_key.hpp"
#include "actors/gateways/cloudpayments.hpp"
#include "actors/gateways/gateway_news.hpp"
#include "actors/gateways/make_gateway_client.hpp"
#include "actors/generations.hpp"
#include "actors/mail/make_transport.hpp"
#include "actors/make_engines.hpp"
#include "actors/payments.hpp"
#include "actors/subscriptions.hpp"
#include "actors/wallets.hpp"
#include "config/widths.hpp"
#include "persistence/blobs/blob_store.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace atelier {
namespace {

constexpr auto start_limit = std::chrono::seconds{60};
constexpr auto stop_limit = std::chrono::seconds{10};
constexpr std::size_t wallet_views_limit = 100'000;
constexpr auto catalog_lifetime = std::chrono::seconds{5};
constexpr std::size_t image_owners_limit = 1'000'000;
/// A final generation stays in memory so long, for those who still ask it.
constexpr auto generation_idle_timeout = std::chrono::seconds{5};
constexpr auto payment_idle_timeout = std::chrono::minutes{1};

pg::connect_options database_options(const backend_options& o, const char* purpose) {
    pg::connect_options database;
    database.conninfo = o.conninfo;
    database.application_name = std::string{"atelier "} + purpose;
    database.connect_timeout = o.config.database.connect_timeout;
    database.statement_timeout = o.config.database.statement_timeout;
    database.answer_timeout = o.config.database.statement_timeout + std::chrono::seconds{5};
    return database;
}

pool_options reads_options(const backend_options& o) {
    pool_options pool;
    pool.database = database_options(o, "reader");
    pool.connections = o.config.database.readers;
    pool.queue_limit = o.config.database.read_queue_limit;
    return pool;
}

/// One core stays free of hashes, for they slow down even who need not wait for them.
std::size_t hash_threads(std::size_t wanted) {
    constexpr std::size_t threads_max = 8;
    const std::size_t cores = std::thread::hardware_concurrency();
    return wanted > 0 ? wanted : std::clamp<std::size_t>(cores, 2, threads_max + 1) - 1;
}

pool_options hashing_options(const backend_options& o) {
    pool_options pool;
    pool.database = database_options(o, "accounts");
    pool.connections = hash_threads(o.config.accounts.hash_threads);
    pool.queue_limit = o.config.accounts.hash_queue_limit;
    pool.niceness = 10; // a hash takes a core for a quarter of a second, which nobody else may wait for
    return pool;
}

rails_defaults signing_of(const images_settings& s) {
    if (s.rails_defaults == "6.1")
        return rails_defaults::v6_1;
    return s.rails_defaults == "7.0" ? rails_defaults::v7_0 : rails_defaults::v7_1;
}

pool_options mail_pool_options(const backend_options& o) {
    pool_options pool;
    pool.database = database_options(o, "mail");
    pool.connections = 1;
    pool.queue_limit = 1;
    return pool;
}

outbox_delivery::options mail_options(const mail_settings& s) {
    // The address was checked when the program began.
    outbox_delivery::options mails{.from = *mail_sender::parse(s.from), .retry_limit = s.retry_limit};
    mails.backoff = s.backoff;
    // Each mail of a batch may take as long as it may.
    mails.lease += std::chrono::ceil<std::chrono::seconds>(s.timeout * mails.batch_limit);
    return mails;
}

webhook_courier::options webhook_options(const backend_options& o) {
    const auto& s = o.config.webhooks;
    webhook_courier::options courier;
    courier.database = database_options(o, "webhooks");
    courier.connections = s.connections;
    courier.reach = {s.allow_insecure, s.allow_private_addresses};
    courier.timeout = s.timeout;
    courier.disable_after = std::chrono::floor<std::chrono::seconds>(s.disable_after);
    return courier;
}

/// How a client pays: our page, or the gateway's payment form with its script and parameters.
std::string checkout(const backend_options& o, const std::string& subject, const std::string& parameters) {
    const auto url = "/checkout/" + subject + "?key=" + checkout_key(subject, o.payment_secret);
    return R"({"gateway":")" + o.config.payments.gateway + R"(","url":")" + url + R"(","script":")" +
           o.widget_script + R"(","widget":)" + parameters + '}';
}

/// What the gateway knows of an order.
void ask_gateway(gateway_client& api, const std::string& invoice_id, const payment_context::answer& answer) {
    api.find_payment(invoice_id, [answer](const outcome<gateway_transaction>& found) {
        if (found)
            answer(news_of(*found));
        else if (found.error().code == errc::not_found)
            answer(std::optional<deliver_notification>{});
        else
            answer(found.error());
    });
}

} // namespace

backend::backend(backend_options o)
    : options{std::move(o)}, spans{options.on_span, [this] { return random_number(random); }},
      reads{reads_options(options)}, hashing{hashing_options(options)}, ids{{.database = database_options(
                                                                                 options, "ids")}},
      blobs{*options.blobs}, signer{options.secret_key_base, signing_of(options.config.images)},
      images{blobs,
             ids,
             random,
             options.config.images.service_name,
             {options.config.images.pixel_limit, options.config.images.decode_timeout},
             options.temporary},
      image_pool{options.config.images.threads, options.config.images.queue_limit},
      variants{{.directory = image_cache_directory(options.config),
                .bytes_max = options.config.images.cache_limit,
                .work_max = options.config.images.cache_work_limit},
               image_pool,
               meters},
      files{blobs,
            images,
            variants,
            {.strip_metadata = options.config.images.strip_metadata,
             .redirect = options.config.images.redirect,
             .time_limit = options.config.images.decode_timeout}},
      links{options.secret_key_base, options.config.images.url_lifetime},
      thumbnail_widths{
          *parse_widths(options.config.images.thumbnail_widths)}, // the configuration has checked it
      errands{1, 100}, engines{make_engines(options.config, options.temporary, time)},
      payment_gateway{std::make_unique<cloudpayments>(
          cloudpayments_settings{.public_id = options.config.payments.public_id})},
      gateway_api{make_gateway_client(options.config, options.gateway_url, options.payment_secret, meters)},
      mail_pool{mail_pool_options(options)}, mail_way{make_mail_transport(options.config)},
      mails{mail_options(options.config.mail), *mail_way, time, random}, webhooks{webhook_options(options),
                                                                                  time, random, meters},
      sessions{options.config.accounts.session_cache_limit},
      people{{hashing, reads, sessions, time, random},
             {.settings = options.config.accounts,
              .secret_key_base = options.secret_key_base,
              .rails = signing_of(options.config.images),
              .base_url = options.base_url,
              .on_mail_queued = [this] { caf::anon_send(actors.get<sweeper_actor>(), mail_due{}); }}},
      staff{reads, time}, revocations{database_options(options, "sessions"), sessions},
      goods{reads, time, catalog_lifetime}, owners{image_owners_limit}, shown{wallet_views_limit},
      news{time, {options.config.events.kept_bytes, options.config.events.kept_users}},
      wallet_context_{time,
                      ids,
                      actors,
                      meters,
                      options.config.wallets.reopen_grace,
                      options.config.wallets.idempotency_lifetime,
                      options.config.wallets.in_flight_limit,
                      [this](const payment_record& payment) {
                          return checkout(options, std::to_string(payment.id.value),
                                          checkout_parameters(payment));
                      },
                      options.config.wallets.freshness,
                      &shown,
                      &news,
                      &spans},
      payment_context_{time,
                       actors,
                       meters,
                       {options.config.payments.test_mode},
                       [this](const std::string& invoice_id, const payment_context::answer& answer) {
                           ask_gateway(*gateway_api, invoice_id, answer);
                       },
                       &news},
      subscription_context_{time,
                            ids,
                            actors,
                            meters,
                            *gateway_api,
                            rules_of_subscriptions(),
                            options.config.payments.order_lifetime,
                            options.config.wallets.idempotency_lifetime,
                            [this](const subscription_checkout& form) {
                                return checkout(options, form.order.invoice_id, checkout_parameters(form));
                            },
                            [this] { return uniform(random); },
                            &news},
      generation_context_{time,
                          actors,
                          meters,
                          news,
                          *engines,
                          images,
                          image_pool,
                          options.config.generations.attempts,
                          [this] { return uniform(random); },
                          spans},
      dispatcher_context_{
          time, meters, depths, *engines, {options.config.engines.failures_max, options.config.engines.pause},
          news},
      reader_context_{reads, time},
      sweeper_context_{time,
                       actors,
                       meters,
                       reads,
                       mail_pool,
                       mails,
                       blobs,
                       variants,
                       [this] { office_->reconcile_when_due(options.config.payments.reconcile_after); },
                       options.config.sweeper.interval,
                       options.config.sweeper.orphan_age,
                       options.config.var},
      runtime_{meters} {
    const auto cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
    const auto threads = options.config.scheduler.threads;
    runtime_.set("scheduler.policy", caf::atom("sharing"));
    runtime_.set("scheduler.max-threads", threads == 0 ? cores : threads);
    runtime_.set("scheduler.max-throughput", std::size_t{100});
}

backend::~backend() {
    stop();
}

std::string backend::checkout_parameters(const payment_record& payment) const {
    checkout_order order;
    order.invoice_id = payment.invoice_id;
    order.amount_cents = payment.amount_cents;
    order.currency = payment.currency;
    order.account_id = std::to_string(payment.user.value);
    order.description = std::to_string(payment.tokens_amount) + " tokens";
    return payment_gateway->checkout_parameters(order);
}

std::string backend::checkout_parameters(const subscription_checkout& subscription) const {
    const auto& wanted = subscription.order;
    checkout_order order;
    order.invoice_id = wanted.invoice_id;
    order.amount_cents = wanted.amount_cents;
    order.currency = wanted.terms.currency;
    order.account_id = std::to_string(subscription.user.value);
    order.description = std::to_string(wanted.tokens_amount) + " tokens";
    if (subscription.second_charge_at)
        order.recurrence = {wanted.terms.price_cents, wanted.terms.interval, *subscription.second_charge_at};
    return payment_gateway->checkout_parameters(order);
}

subscription_rules backend::rules_of_subscriptions() const {
    return {{options.config.payments.test_mode}, options.config.payments.subscription_grace};
}

status backend::start() {
    for (std::size_t i = 0; i < options.config.database.writers; ++i) {
        pg_committer_options committer;
        committer.database = database_options(options, "writer");
        committer.writer = options.node + "/" + std::to_string(i);
        committer.prove_references = options.config.writer.references == "proven";
        committers_.push_back(std::make_unique<pg_committer>(std::move(committer)));
    }
    for (const auto& committer : committers_)
        writer_contexts_.push_back({*committer, meters, options.config.writer.batch_limit,
                                    options.config.writer.backlog_limit, [this] { webhooks.wake(); }});
    // No wallet may be read before the writers hold their locks: an earlier life of this node could still
    // commit.
    if (!ids.wait_filled(start_limit))
        return failure{errc::unavailable, "the database does not answer"};
    const auto until = std::chrono::steady_clock::now() + start_limit;
    while (!writers_healthy()) {
        if (std::chrono::steady_clock::now() > until)
            return failure{errc::unavailable, "the writers cannot start: " + committers_.front()->problem()};
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    if (const auto why = committers_.front()->unproven(); !why.empty())
        spdlog::warn("the database checks foreign keys row by row, which halves the rate of spends: {}", why);
    if (!options.only_books)
        if (auto opened = variants.open(); !opened)
            return opened;
    actors.set_writer_count(committers_.size());
    system_ = std::make_unique<caf::actor_system>(runtime_);
    office_ = std::make_unique<back_office>(back_office_context{*system_, actors, *gateway_api, reads, time,
                                                                meters, options.config.payments.test_mode});
    auditor_ = std::make_unique<auditor>(
        auditor_context{database_options(options, "audit"), blobs, time, options.config.var});
    const auto& s = options.config.supervisor;
    supervisor_ = system_->spawn(
        supervisor_behavior,
        supervisor_options{time, meters, children(), s.restart_limit, s.restart_window, s.backoff,
                           s.backoff_limit, [this] { return uniform(random); }, options.fatal, &crashes});
    if (!options.only_books) {
        webhooks.start();
        revocations.start();
    }
    return done{};
}

std::vector<child_spec> backend::children() {
    using parent = supervisor_state::actor;
    const auto family = [this](microseconds idle_timeout) {
        const auto& s = options.config.supervisor;
        return directory_options{time, meters, idle_timeout, s.restart_limit, s.restart_window, &crashes};
    };
    const auto publish = [this](auto handle) {
        auto address = caf::actor_cast<caf::actor_addr>(handle);
        actors.set(std::move(handle));
        return address;
    };
    std::vector<child_spec> specs;
    for (std::size_t i = 0; i < committers_.size(); ++i)
        specs.push_back({"writer", [this, i](parent* self) {
                             writer_actor writer =
                                 self->spawn<caf::monitored>(writer_behavior, &writer_contexts_[i]);
                             auto address = caf::actor_cast<caf::actor_addr>(writer);
                             actors.set_writer(i, std::move(writer));
                             return address;
                         }});
    specs.push_back({"reader", [=, this](parent* self) {
                         return publish(
                             reader_actor{self->spawn<caf::monitored>(reader_behavior, &reader_context_)});
                     }});
    specs.push_back({"wallets", [=, this, again = false](parent* self) mutable {
                         return publish(wallets_actor{self->spawn<caf::monitored>(
                             wallets_behavior, &wallet_context_, family(options.config.wallets.idle_timeout),
                             std::exchange(again, true))});
                     }});
    specs.push_back({"subscriptions", [=, this](parent* self) {
                         return publish(subscriptions_actor{self->spawn<caf::monitored>(
                             subscriptions_behavior, &subscription_context_, family(payment_idle_timeout))});
                     }});
    specs.push_back({"payments", [=, this](parent* self) {
                         return publish(payments_actor{self->spawn<caf::monitored>(
                             payments_behavior, &payment_context_, family(payment_idle_timeout))});
                     }});
    if (options.only_books)
        return specs;
    specs.push_back({"dispatcher", [=, this](parent* self) {
                         return publish(dispatcher_actor{
                             self->spawn<caf::monitored>(dispatcher_behavior, &dispatcher_context_)});
                     }});
    specs.push_back({"generations", [=, this](parent* self) {
                         return publish(generations_actor{self->spawn<caf::monitored>(
                             generations_behavior, &generation_context_, family(generation_idle_timeout))});
                     }});
    specs.push_back({"sweeper", [=, this](parent* self) {
                         return publish(
                             sweeper_actor{self->spawn<caf::monitored>(sweeper_behavior, &sweeper_context_)});
                     }});
    return specs;
}

bool backend::writers_healthy() const {
    return healthy_writers() == committers_.size();
}

std::size_t backend::healthy_writers() const {
    const auto healthy =
        std::ranges::count_if(committers_, [](const auto& committer) { return committer->healthy(); });
    return static_cast<std::size_t>(healthy);
}

void backend::stop() {
    if (std::exchange(stopped_, true))
        return;
    gateway_api->stop(); // whoever waits for it hears of that while the actors are still there
    if (office_)
        office_->stop();
    if (auditor_)
        auditor_->stop();
    webhooks.stop();
    mail_way->stop();
    engines->stop();
    stop_images();
    errands.stop();
    if (system_) {
        caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
        supervisor_ = supervisor_actor{};
        const auto until = std::chrono::steady_clock::now() + stop_limit;
        while (system_->registry().running() > 0 && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        if (const auto left = system_->registry().running(); left > 0)
            spdlog::warn("{} actors did not end in time", left);
        actors.clear(); // not before: who handles its last messages still looks for its writer
    }
    for (const auto& committer : committers_)
        committer->stop();
    revocations.stop();
    hashing.stop();
    mail_pool.stop();
    reads.stop();
    ids.stop();
}

/// Ends the work on images. What is on its way to a store elsewhere has a while for that, and is then cut
/// off.
void backend::stop_images() {
    std::mutex mutex;
    std::condition_variable_any never;
    const std::jthread hurry{[&](const std::stop_token& ended) {
        std::unique_lock lock{mutex};
        never.wait_for(lock, ended, stop_limit, [] { return false; });
        blobs.stop();
    }};
    image_pool.stop();
}

} // namespace atelier
