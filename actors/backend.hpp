#pragma once

#include "actors/accounts.hpp"
#include "actors/auditor.hpp"
#include "actors/back_office.hpp"
#include "actors/catalog.hpp"
#include "actors/dispatcher.hpp"
#include "actors/domain/active_storage.hpp"
#include "actors/domain/image_links.hpp"
#include "actors/domain/random.hpp"
#include "actors/engine_set.hpp"
#include "actors/gateways/gateway.hpp"
#include "actors/gateways/gateway_client.hpp"
#include "actors/generation.hpp"
#include "actors/image_files.hpp"
#include "actors/images.hpp"
#include "actors/mail/mailbox.hpp"
#include "actors/mail/outbox_delivery.hpp"
#include "actors/operators.hpp"
#include "actors/payment.hpp"
#include "actors/reader.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/runtime/supervisor.hpp"
#include "actors/runtime/tracer.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "actors/session_cache.hpp"
#include "actors/session_watch.hpp"
#include "actors/subscription.hpp"
#include "actors/sweeper.hpp"
#include "actors/variant_cache.hpp"
#include "actors/wallet.hpp"
#include "actors/wallet_views.hpp"
#include "actors/webhooks/webhook_courier.hpp"
#include "actors/writer.hpp"
#include "config/settings.hpp"
#include "persistence/blobs/blob_store.hpp"
#include "persistence/connection_pool.hpp"
#include "persistence/id_blocks.hpp"
#include "persistence/pg_committer.hpp"

#include <caf/actor_system.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atelier {

/// What the backend is given from outside.
struct backend_options {
    settings config;
    std::string conninfo;              ///< of the database, migrated
    std::string node;                  ///< names this process's writers; the same after a restart
    std::filesystem::path temporary;   ///< for files under construction
    std::shared_ptr<blob_store> blobs; ///< of the image files
    std::string secret_key_base;       ///< signs addresses and ids; empty only with `only_books`
    std::string payment_secret;        ///< key of the gateway's signatures
    std::string widget_script;         ///< address of the gateway's script for browsers
    std::string gateway_url;           ///< of the gateway's API; "" = payments.api_url
    bool only_books = false; ///< no generations and no sweeps: for work on the books beside a service
    std::function<std::string()> base_url;         ///< the public address, for links; thread-safe
    std::function<void(const std::string&)> fatal; ///< asks for a clean end of the process; from any thread
    std::function<void(const span&)> on_span;      ///< as `tracer` calls it; empty = nobody wants to know
};

/// Everything behind the HTTP edge, put together: pools, stores, drivers and the tree of actors. `start`
/// brings it to life, `stop` ends it in order: the actors first, then what they use. Its parts are
/// thread-safe.
class backend {
public:
    explicit backend(backend_options o);
    ~backend(); ///< stops
    backend(const backend&) = delete;
    backend& operator=(const backend&) = delete;

    /// Starts the actors. Errors: unavailable when the database does not answer in time.
    [[nodiscard]] status start();
    /// Ends the actors, then the pools; what still waits for either is answered with a failure first.
    void stop();

    /// All of them, or how many have a connection.
    [[nodiscard]] bool writers_healthy() const;
    [[nodiscard]] std::size_t healthy_writers() const;
    [[nodiscard]] caf::actor_system& system() { return *system_; }
    /// After `start`.
    [[nodiscard]] back_office& office() { return *office_; }
    [[nodiscard]] auditor& audits() { return *auditor_; }
    /// Argument of the gateway's payment form for this order, a JSON object.
    [[nodiscard]] std::string checkout_parameters(const payment_record& payment) const;
    [[nodiscard]] std::string checkout_parameters(const subscription_checkout& subscription) const;
    [[nodiscard]] subscription_rules rules_of_subscriptions() const;

    // In the order of their construction: each uses only those before it.
    const backend_options options;
    const system_clock time;
    system_random random;
    metrics meters;
    const tracer spans;
    restart_log crashes;
    connection_pool reads;
    connection_pool hashing;
    id_blocks ids;
    blob_store& blobs;
    const active_storage_signer signer;
    image_library images;
    worker_pool image_pool;
    variant_cache variants;
    image_files files;
    const image_link_signer links;
    const std::vector<std::int32_t> thumbnail_widths; ///< ascending
    worker_pool errands;                              ///< short work on files
    const std::unique_ptr<engine_set> engines;
    const std::unique_ptr<gateway> payment_gateway;
    const std::unique_ptr<gateway_client> gateway_api;
    connection_pool mail_pool; ///< for a mail server, which may take its time
    const std::unique_ptr<mail_transport> mail_way;
    outbox_delivery mails;
    webhook_courier webhooks;
    session_cache sessions;
    roster actors;
    accounts people;
    operators staff;
    session_watch revocations;
    catalog goods;
    image_owners owners;
    wallet_views shown;
    event_hub news;
    queue_depths depths;

private:
    [[nodiscard]] std::vector<child_spec> children();
    void stop_images();

    std::vector<std::unique_ptr<pg_committer>> committers_;
    std::vector<writer_context> writer_contexts_;
    wallet_context wallet_context_;
    payment_context payment_context_;
    subscription_context subscription_context_;
    generation_context generation_context_;
    dispatcher_context dispatcher_context_;
    reader_context reader_context_;
    sweeper_context sweeper_context_;
    runtime_config runtime_;
    std::unique_ptr<caf::actor_system> system_;
    supervisor_actor supervisor_;
    std::unique_ptr<back_office> office_;
    std::unique_ptr<auditor> auditor_;
    bool stopped_ = false;
};

} // namespace atelier
