#include "config/table.hpp"

#include "config/setting_rules.hpp"

namespace atelier {
namespace {

std::vector<setting> make_table() {
    using s = settings;
    using http = http_settings;
    using database = database_settings;
    using wallets = wallets_settings;
    using accounts = accounts_settings;
    using images = images_settings;
    using bucket = bucket_settings;
    using generations = generations_settings;
    using events = events_settings;
    using payments = payments_settings;
    using sandbox = sandbox_settings;
    using mail = mail_settings;
    using webhooks = webhooks_settings;
    using supervisor = supervisor_settings;
    return {
        {"var", at<&s::var>, some_path,
         "The state directory: everything that the service writes by default."},

        {"http.address", at<&s::http, &http::address>, ip_address, "Address of the public listener."},
        {"http.port", at<&s::http, &http::port>, port, "Port of the public listener; 0 picks a free one."},
        {"http.base_url", at<&s::http, &http::base_url>, base_url,
         "How clients reach the service, for links in mails; empty means http://address:port."},
        {"http.threads", at<&s::http, &http::threads>, thread_count, "Threads that serve connections."},
        {"http.max_connections", at<&s::http, &http::max_connections>, integer_rule{1, 1'000'000},
         "Open connections in all; more are refused."},
        {"http.max_connections_per_address", at<&s::http, &http::max_connections_per_address>,
         integer_rule{1, 1'000'000}, "Open connections from one address; more are refused."},
        {"http.header_limit", at<&s::http, &http::header_limit>, size_rule{1_KiB, 1_MiB},
         "Largest request line with its header fields."},
        {"http.header_count_limit", at<&s::http, &http::header_count_limit>, integer_rule{10, 10'000},
         "Header fields of a request."},
        {"http.target_limit", at<&s::http, &http::target_limit>, size_rule{{256}, 1_MiB},
         "Longest address of a request: path and query."},
        {"http.body_limit", at<&s::http, &http::body_limit>, size_rule{1_KiB, 64_MiB},
         "Largest body of a request, uploads of images apart."},
        {"http.header_timeout", at<&s::http, &http::header_timeout>, network_timeout,
         "Time in which a request's header must have come."},
        {"http.body_timeout", at<&s::http, &http::body_timeout>, network_timeout,
         "Longest pause while a request's body comes."},
        {"http.idle_timeout", at<&s::http, &http::idle_timeout>, network_timeout,
         "Time after which a connection without a request is closed."},
        {"http.write_timeout", at<&s::http, &http::write_timeout>, network_timeout,
         "Longest pause while a client takes its response."},
        {"http.request_timeout", at<&s::http, &http::request_timeout>, network_timeout,
         "Time in which a command is carried out or refused."},
        {"http.drain_timeout", at<&s::http, &http::drain_timeout>, duration_rule{milliseconds{0}, hours{1}},
         "Time that requests under way have to finish when the service stops."},
        {"http.drain_idle_timeout", at<&s::http, &http::drain_idle_timeout>,
         duration_rule{milliseconds{0}, minutes{10}},
         "Time that idle connections then have for a last request, which is answered before they are "
         "closed."},
        {"http.in_flight_limit", at<&s::http, &http::in_flight_limit>, queue_length,
         "Requests under way in all; more are refused."},
        {"http.queueing_limit", at<&s::http, &http::queueing_limit>,
         duration_rule{milliseconds{10}, minutes{1}},
         "When every command, or the way to its thread, takes longer than this, fewer are let in at once, "
         "and the "
         "others refused."},
        {"http.trusted_proxies", at<&s::http, &http::trusted_proxies>, address_list,
         "Proxies that are believed when X-Forwarded-For, Forwarded or PROXY says where a request came "
         "from."},
        {"http.proxy_protocol", at<&s::http, &http::proxy_protocol>, boolean_rule{},
         "Whether connections of trusted proxies begin with a PROXY header, of version 1 or 2."},
        {"http.requests_per_address", at<&s::http, &http::requests_per_address>, request_rate,
         "Requests a minute from one address, an IPv6 network of 64 bits counting as one; 0 means any "
         "number."},
        {"http.requests_per_user", at<&s::http, &http::requests_per_user>, request_rate,
         "Requests a minute of one user, by all sessions and keys; 0 means any number."},
        {"http.cors_origins", at<&s::http, &http::cors_origins>, origin_list,
         "Origins of web pages whose scripts may use the API with bearer tokens; \"*\" means all."},
        {"http.compress_above", at<&s::http, &http::compress_above>, size_rule{{256}, 1_MiB},
         "Size above which a JSON document is compressed for who takes gzip; 1MiB means never."},
        {"http.tls_certificate", at<&s::http, &http::tls_certificate>, any_path,
         "PEM file of the certificate and its chain; empty means no TLS. SIGHUP reads it again."},
        {"http.tls_key", at<&s::http, &http::tls_key>, any_path, "PEM file of the certificate's key."},

        {"ops.address", at<&s::ops, &ops_settings::address>, ip_address,
         "Address of the operator's listener."},
        {"ops.port", at<&s::ops, &ops_settings::port>, port,
         "Port of the operator's listener; 0 picks a free one."},

        {"database.url", at<&s::database, &database::url>, database_url,
         "Where PostgreSQL is; empty means the service's own cluster under var/postgres.", true,
         "DATABASE_URL"},
        {"database.readers", at<&s::database, &database::readers>, thread_count, "Connections that read."},
        {"database.writers", at<&s::database, &database::writers>, integer_rule{1, 16},
         "Connections that write."},
        {"database.connect_timeout", at<&s::database, &database::connect_timeout>, network_timeout,
         "Time in which a connection must be made."},
        {"database.statement_timeout", at<&s::database, &database::statement_timeout>, network_timeout,
         "Time in which a statement must be done."},
        {"database.read_queue_limit", at<&s::database, &database::read_queue_limit>, queue_length,
         "Queries that wait for a reader; more are refused."},

        {"writer.references", at<&s::writer, &writer_settings::references>,
         choice_rule{{"proven", "checked"}},
         "Who checks the foreign keys of what is written: the writers themselves, a whole batch at once, "
         "where the "
         "database permits it; or always its triggers, row by row."},
        {"writer.batch_limit", at<&s::writer, &writer_settings::batch_limit>, integer_rule{1, 10'000},
         "Most change sets in one transaction."},
        {"writer.backlog_limit", at<&s::writer, &writer_settings::backlog_limit>, queue_length,
         "Change sets that wait for a writer; more are refused."},

        {"wallets.in_flight_limit", at<&s::wallets, &wallets::in_flight_limit>, queue_length,
         "Commands of one wallet that are not committed; more are refused."},
        {"wallets.idle_timeout", at<&s::wallets, &wallets::idle_timeout>, duration_rule{seconds{1}, days{1}},
         "Time after which an unused wallet leaves memory."},
        {"wallets.freshness", at<&s::wallets, &wallets::freshness>, duration_rule{milliseconds{0}, hours{1}},
         "How long a wallet in memory answers without looking for what other programs wrote. A spend always "
         "notices."},
        {"wallets.reopen_grace", at<&s::wallets, &wallets::reopen_grace>,
         duration_rule{milliseconds{0}, days{365}},
         "How long tokens live on that are refunded into a lot which has expired meanwhile."},
        {"wallets.idempotency_lifetime", at<&s::wallets, &wallets::idempotency_lifetime>,
         duration_rule{hours{24}, days{365}}, "How long a repeated request gets the answer of the first."},

        {"accounts.bcrypt_cost", at<&s::accounts, &accounts::bcrypt_cost>, integer_rule{4, 16},
         "Work factor of new password hashes; each step doubles it."},
        {"accounts.password_scheme", at<&s::accounts, &accounts::password_scheme>,
         choice_rule{{"bcrypt", "argon2id"}},
         "How new passwords are hashed; what a Rails application shall read is bcrypt."},
        {"accounts.argon2id_memory", at<&s::accounts, &accounts::argon2id_memory>, size_rule{8_MiB, 4_GiB},
         "Memory that an Argon2id hash takes, for each of the threads."},
        {"accounts.argon2id_passes", at<&s::accounts, &accounts::argon2id_passes>, integer_rule{1, 100},
         "How often an Argon2id hash goes over its memory."},
        {"accounts.pepper", at<&s::accounts, &accounts::pepper>, any_text,
         "Added to every password before it is hashed; the same in every application that shares the "
         "database.",
         true},
        {"accounts.hash_threads", at<&s::accounts, &accounts::hash_threads>, integer_rule{0, 64},
         "Threads that hash passwords; 0 means one for each core but one, at most 8."},
        {"accounts.hash_queue_limit", at<&s::accounts, &accounts::hash_queue_limit>, queue_length,
         "Passwords that wait to be hashed; more are refused."},
        {"accounts.session_lifetime", at<&s::accounts, &accounts::session_lifetime>, lifetime,
         "How long a session lasts after it was last used."},
        {"accounts.remember_lifetime", at<&s::accounts, &accounts::remember_lifetime>, lifetime,
         "The same of a session that its user wanted remembered."},
        {"accounts.session_age_limit", at<&s::accounts, &accounts::session_age_limit>, lifetime,
         "How long a session lasts at most, however much it is used."},
        {"accounts.confirmation_lifetime", at<&s::accounts, &accounts::confirmation_lifetime>, lifetime,
         "How long the link works that confirms a new user's mail address."},
        {"accounts.reset_lifetime", at<&s::accounts, &accounts::reset_lifetime>, lifetime,
         "How long the link works that sets a new password."},
        {"accounts.attempts_per_address", at<&s::accounts, &accounts::attempts_per_address>,
         integer_rule{0, 1'000'000},
         "How often a minute one address may sign up, sign in, or ask for a mail; 0 means any number."},
        {"accounts.failures_max", at<&s::accounts, &accounts::failures_max>, integer_rule{0, 1'000'000},
         "Wrong passwords for one account before the next attempt has to wait, each time twice as long; 0 "
         "means any number."},
        {"accounts.lockout_limit", at<&s::accounts, &accounts::lockout_limit>, lifetime,
         "The longest time that an attempt has to wait after wrong passwords."},
        {"accounts.session_cache_limit", at<&s::accounts, &accounts::session_cache_limit>, queue_length,
         "Sessions kept in memory."},

        {"images.upload_limit", at<&s::images, &images::upload_limit>, size_rule{1_KiB, 1_GiB},
         "Largest image file taken."},
        {"images.pixel_limit", at<&s::images, &images::pixel_limit>, integer_rule{1, 1'000'000'000},
         "Most pixels of an image taken."},
        {"images.threads", at<&s::images, &images::threads>, thread_count,
         "Threads that decode and restyle images."},
        {"images.queue_limit", at<&s::images, &images::queue_limit>, queue_length,
         "Images that wait for a thread; more are refused."},
        {"images.service_name", at<&s::images, &images::service_name>, some_text,
         "Name of the storage service in Active Storage's tables."},
        {"images.storage", at<&s::images, &images::storage>, any_path,
         "Directory of the image files; empty means storage in the state directory."},
        {"images.decode_timeout", at<&s::images, &images::decode_timeout>, network_timeout,
         "Time in which an uploaded image must be decoded."},
        {"images.store", at<&s::images, &images::store>, choice_rule{{"disk", "s3"}},
         "Where image files are kept: in a directory, or in the bucket of the section s3."},
        {"images.strip_metadata", at<&s::images, &images::strip_metadata>, boolean_rule{},
         "Whether photos are served upright and without place, camera and other metadata; the original is "
         "kept."},
        {"images.thumbnail_widths", at<&s::images, &images::thumbnail_widths>, width_list,
         "Widths in which images can be had; empty means none."},
        {"images.cache_limit", at<&s::images, &images::cache_limit>, size_rule{1_MiB, 1024_GiB},
         "Most disk space for the copies and thumbnails that are served; those unused for longest go first."},
        {"images.cache_work_limit", at<&s::images, &images::cache_work_limit>, queue_length,
         "Copies and thumbnails that are being made or wait for it; more are refused."},
        {"images.secret_key_base", at<&s::images, &images::secret_key_base>, any_text,
         "Signs addresses of images, and ids of files as Rails does: that of a Rails application on the same "
         "database. Empty means a random one that is kept in the state directory.",
         true, "SECRET_KEY_BASE"},
        {"images.rails_defaults", at<&s::images, &images::rails_defaults>, choice_rule{{"7.1", "7.0", "6.1"}},
         "Version of Rails whose way of signing ids of files is used, as its config.load_defaults; all are "
         "read. 7.1 stands for all later ones, too."},
        {"images.url_lifetime", at<&s::images, &images::url_lifetime>, duration_rule{minutes{1}, days{7}},
         "How long an address works that shows an image without a token; it may be a quarter longer."},
        {"images.redirect", at<&s::images, &images::redirect>, boolean_rule{},
         "Whether clients are sent to the bucket for files that are served as they are, instead of getting "
         "them from the service."},

        {"s3.region", at<&s::s3, &bucket::region>, some_text,
         "Region of the bucket; servers other than Amazon's take any."},
        {"s3.bucket", at<&s::s3, &bucket::bucket>, any_text, "Name of the bucket."},
        {"s3.endpoint", at<&s::s3, &bucket::endpoint>, endpoint,
         "Where the bucket's server is; empty means Amazon's of the region."},
        {"s3.path_style", at<&s::s3, &bucket::path_style>, boolean_rule{},
         "Whether the bucket stands in the path of addresses instead of in the host's name."},
        {"s3.access_key_id", at<&s::s3, &bucket::access_key_id>, any_text,
         "Who the service is at the bucket.", true, "AWS_ACCESS_KEY_ID"},
        {"s3.secret_access_key", at<&s::s3, &bucket::secret_access_key>, any_text,
         "Signs the requests to the bucket.", true, "AWS_SECRET_ACCESS_KEY"},

        {"generations.engine", at<&s::generations, &generations::engine>, engine_name,
         "What makes the pictures; the block of that name says more about it."},
        {"generations.fallback", at<&s::generations, &generations::fallback>, engine_list,
         "Engines that are tried when one is to blame for a failure, in this order."},
        {"generations.styles", at<&s::generations, &generations::styles>, style_engines,
         "Styles, by their id, that begin with another engine."},
        {"generations.cost", at<&s::generations, &generations::cost>, integer_rule{0, 1'000'000},
         "Tokens that a generation costs."},
        {"generations.deadline", at<&s::generations, &generations::deadline>,
         duration_rule{seconds{1}, days{7}},
         "Time in which a generation succeeds, or fails and is refunded."},
        {"generations.slots", at<&s::generations, &generations::slots>, integer_rule{1, 1000},
         "Generations that preview works on at once."},
        {"generations.attempts", at<&s::generations, &generations::attempts>, integer_rule{1, 100},
         "How often engines may try before a generation fails."},
        {"generations.queue_limit_per_user", at<&s::generations, &generations::queue_limit_per_user>,
         queue_length, "Generations of one user that wait; more are refused."},
        {"generations.queue_limit", at<&s::generations, &generations::queue_limit>, queue_length,
         "Generations that wait in all; more are refused."},
        {"generations.wait_limit", at<&s::generations, &generations::wait_limit>,
         duration_rule{milliseconds{0}, minutes{10}},
         "Longest wait for the end of a generation that a client may ask for with `Prefer: wait`."},

        {"events.heartbeat", at<&s::events, &events::heartbeat>, network_timeout,
         "Pause between two signs of life on a stream of events."},
        {"events.streams", at<&s::events, &events::streams>, integer_rule{1, 1'000'000},
         "Open streams of events in all; more are refused."},
        {"events.streams_per_user", at<&s::events, &events::streams_per_user>, integer_rule{1, 1'000'000},
         "Open streams of events of one user; more are refused."},
        {"events.kept_bytes", at<&s::events, &events::kept_bytes>, size_rule{1_KiB, 1_MiB},
         "Size of the latest events of one user that are kept for streams that come back."},
        {"events.kept_users", at<&s::events, &events::kept_users>, integer_rule{16, 1'000'000},
         "Users without an open stream whose latest events are kept."},
        {"events.buffer_limit", at<&s::events, &events::buffer_limit>, size_rule{4_KiB, 64_MiB},
         "What may wait in one stream for a slow client, which is cut off when there is more."},

        {"payments.gateway", at<&s::payments, &payments::gateway>, choice_rule{{"sandbox", "cloudpayments"}},
         "Who takes the money; the sandbox plays a gateway without any."},
        {"payments.public_id", at<&s::payments, &payments::public_id>, some_text,
         "The gateway's name for the shop."},
        {"payments.api_secret", at<&s::payments, &payments::api_secret>, any_text,
         "Signs the gateway's notifications, and lets the service use its API; empty means a random one that "
         "is "
         "kept in the state directory, with the sandbox only.",
         true},
        {"payments.order_lifetime", at<&s::payments, &payments::order_lifetime>,
         duration_rule{seconds{1}, days{3650}}, "Time in which an order must be paid."},
        {"payments.subscription_grace", at<&s::payments, &payments::subscription_grace>,
         duration_rule{milliseconds{0}, days{365}},
         "How long the tokens of a subscription's period outlive it, and how late its next charge may come."},
        {"payments.currency", at<&s::payments, &payments::currency>, currency, "Currency of the prices."},
        {"payments.reconcile_after", at<&s::payments, &payments::reconcile_after>,
         duration_rule{milliseconds{0}, days{1}},
         "When the books of a day are compared with the gateway's, after midnight (UTC); 0 means never by "
         "itself."},
        {"payments.test_mode", at<&s::payments, &payments::test_mode>, boolean_rule{},
         "Whether notifications of test payments are believed."},
        {"payments.notification_encoding", at<&s::payments, &payments::notification_encoding>,
         choice_rule{{"utf-8", "windows-1251"}},
         "Encoding of the gateway's notifications, as chosen there; JSON is always UTF-8."},
        {"payments.notification_addresses", at<&s::payments, &payments::notification_addresses>, address_list,
         "Where notifications are taken from; empty means anywhere. Signatures are checked in any case."},
        {"payments.api_url", at<&s::payments, &payments::api_url>, secure_url,
         "Where the gateway's API is, which refunds, reconciliation and subscriptions need."},
        {"payments.api_timeout", at<&s::payments, &payments::api_timeout>, network_timeout,
         "Time in which a call of the gateway's API must be answered, its repeats included."},
        {"payments.api_connections", at<&s::payments, &payments::api_connections>, integer_rule{1, 30},
         "Calls of the gateway's API at once; it refuses more than 5 of a test terminal, 30 of a live one."},

        {"sandbox.address", at<&s::sandbox, &sandbox::address>, ip_address,
         "Address of the sandbox's listener."},
        {"sandbox.port", at<&s::sandbox, &sandbox::port>, port,
         "Port of the sandbox's listener; 0 picks a free one."},
        {"sandbox.notify_url", at<&s::sandbox, &sandbox::notify_url>, base_url,
         "Where the sandbox sends its notifications, the kind of each being added; empty means to the "
         "service that "
         "it is part of."},
        {"sandbox.state", at<&s::sandbox, &sandbox::state>, any_path,
         "File in which the sandbox remembers everything; empty means sandbox/journal.jsonl in the state "
         "directory "
         "or, for a sandbox by itself, none."},
        {"sandbox.minute", at<&s::sandbox, &sandbox::minute>, duration_rule{milliseconds{1}, hours{1}},
         "Length of a minute of the schedule by which the sandbox repeats notifications."},
        {"sandbox.day", at<&s::sandbox, &sandbox::day>, duration_rule{milliseconds{1}, days{30}},
         "Length of a day between two charges of a subscription at the sandbox."},
        {"sandbox.chaos_duplicates", at<&s::sandbox, &sandbox::chaos_duplicates>, percentage,
         "Percent of the sandbox's notifications that come twice."},
        {"sandbox.chaos_delays", at<&s::sandbox, &sandbox::chaos_delays>, percentage,
         "Percent of the sandbox's notifications that come up to two minutes late, hence in another order."},
        {"sandbox.chaos_drops", at<&s::sandbox, &sandbox::chaos_drops>, percentage,
         "Percent of the sandbox's notifications whose first delivery is lost, and which come with the next "
         "repeat."},
        {"sandbox.chaos_forgeries", at<&s::sandbox, &sandbox::chaos_forgeries>, percentage,
         "Percent of the sandbox's notifications beside which a copy with wrong signatures comes."},

        {"mail.delivery", at<&s::mail, &mail::delivery>, choice_rule{{"file", "smtp"}},
         "How mails leave: into files, or to a mail server."},
        {"mail.directory", at<&s::mail, &mail::directory>, any_path,
         "Directory of the mail files; empty means mail in the state directory."},
        {"mail.from", at<&s::mail, &mail::from>, mailbox, "Sender of every mail."},
        {"mail.retry_limit", at<&s::mail, &mail::retry_limit>, integer_rule{1, 1000},
         "How often a mail is tried before it is given up; what the server refuses for good is given up at "
         "once."},
        {"mail.backoff", at<&s::mail, &mail::backoff>, duration_rule{milliseconds{10}, hours{6}},
         "Pause after the first failure of a mail; doubled for each further one, up to 6h."},
        {"mail.host", at<&s::mail, &mail::host>, mail_host, "The mail server, which takes the mails on."},
        {"mail.port", at<&s::mail, &mail::port>, integer_rule{1, 65'535},
         "Port of the mail server; with tls it is mostly 465, for a relay on this machine 25."},
        {"mail.security", at<&s::mail, &mail::security>, choice_rule{{"starttls", "tls", "none"}},
         "How the mail server is spoken to: STARTTLS, which it must offer; TLS from the beginning; or in the "
         "clear, which is for a relay on this machine."},
        {"mail.allow_insecure", at<&s::mail, &mail::allow_insecure>, boolean_rule{},
         "Whether mails may go to another machine in the clear, with the password and the links in them."},
        {"mail.user", at<&s::mail, &mail::user>, any_text,
         "Who the service is at the mail server; empty means that it does not sign in."},
        {"mail.password", at<&s::mail, &mail::password>, any_text, "Password at the mail server.", true},
        {"mail.timeout", at<&s::mail, &mail::timeout>, duration_rule{milliseconds{100}, minutes{10}},
         "Time in which the mail server must have taken a mail."},
        {"mail.ca_file", at<&s::mail, &mail::ca_file>, any_path,
         "PEM file of the authorities that may vouch for the mail server; empty means the system's."},

        {"webhooks.allow_insecure", at<&s::webhooks, &webhooks::allow_insecure>, boolean_rule{},
         "Webhooks may go to http:// endpoints, too: for inner networks."},
        {"webhooks.allow_private_addresses", at<&s::webhooks, &webhooks::allow_private_addresses>,
         boolean_rule{},
         "Webhooks may go to addresses that are not public, too: whoever has an account can then reach "
         "them."},
        {"webhooks.connections", at<&s::webhooks, &webhooks::connections>, thread_count,
         "Webhooks that are sent at once; each takes a connection to the database."},
        {"webhooks.timeout", at<&s::webhooks, &webhooks::timeout>,
         duration_rule{milliseconds{100}, minutes{1}}, "How long an endpoint may take to answer."},
        {"webhooks.disable_after", at<&s::webhooks, &webhooks::disable_after>, lifetime,
         "An endpoint that has failed for so long without one success is disabled."},
        {"webhooks.endpoint_limit", at<&s::webhooks, &webhooks::endpoint_limit>, integer_rule{0, 1000},
         "Webhook endpoints of one user."},

        {"sweeper.interval", at<&s::sweeper, &sweeper_settings::interval>,
         duration_rule{milliseconds{100}, hours{1}},
         "Pause between looks for what is due: expired lots, deadlines, mails, orphaned files."},
        {"sweeper.orphan_age", at<&s::sweeper, &sweeper_settings::orphan_age>,
         duration_rule{minutes{1}, days{365}}, "Age at which a file that belongs to no image is deleted."},

        {"supervisor.restart_limit", at<&s::supervisor, &supervisor::restart_limit>,
         integer_rule{1, 1'000'000}, "Restarts in one window after which the service gives up."},
        {"supervisor.restart_window", at<&s::supervisor, &supervisor::restart_window>,
         duration_rule{seconds{1}, days{1}}, "The window in which restarts are counted."},
        {"supervisor.backoff", at<&s::supervisor, &supervisor::backoff>,
         duration_rule{milliseconds{1}, minutes{1}},
         "Pause before the first restart; doubled for each further one."},
        {"supervisor.backoff_limit", at<&s::supervisor, &supervisor::backoff_limit>,
         duration_rule{milliseconds{1}, hours{1}}, "Longest pause before a restart."},

        {"log.level", at<&s::log, &log_settings::level>,
         choice_rule{{"trace", "debug", "info", "warn", "error"}}, "Least severe messages that are logged."},
        {"log.format", at<&s::log, &log_settings::format>, choice_rule{{"human", "json"}},
         "How messages are written."},

        {"scheduler.threads", at<&s::scheduler, &scheduler_settings::threads>, integer_rule{0, 256},
         "Threads that run actors; 0 means one for each core, at most 4."},
    };
}

} // namespace

const std::vector<setting>& setting_table() {
    static const auto table = [] {
        auto all = make_table();
        const auto engines = engine_setting_rows();
        all.insert(all.end(), engines.begin(), engines.end());
        return all;
    }();
    return table;
}

} // namespace atelier
