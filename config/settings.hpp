#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

/// Everything about the service that its operator can choose. The defaults stand here and nowhere else; what
/// each setting means, its range and its names are in `config/table.cpp` and, for reading,
/// `config/settings.md`.
namespace atelier {

using std::chrono::milliseconds;

/// The public listener.
struct http_settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080; ///< 0 = any free one
    std::string base_url;      ///< of links in mails; "" = http://address:port
    std::size_t threads = 2;
    std::size_t max_connections = 10'000;
    std::size_t max_connections_per_address = 4096;
    std::uint64_t header_limit = 16UL * 1024;
    std::size_t header_count_limit = 100;
    std::uint64_t target_limit = 8UL * 1024;
    std::uint64_t body_limit = 256UL * 1024;
    milliseconds header_timeout = std::chrono::seconds{10};
    milliseconds body_timeout = std::chrono::seconds{30}; ///< without progress
    milliseconds idle_timeout = std::chrono::seconds{60};
    milliseconds write_timeout = std::chrono::seconds{30};
    milliseconds request_timeout = std::chrono::seconds{30}; ///< deadline of a command
    milliseconds drain_timeout = std::chrono::seconds{20};
    milliseconds drain_idle_timeout = std::chrono::seconds{1};
    std::size_t in_flight_limit = 20'000;
    milliseconds queueing_limit = std::chrono::milliseconds{250}; ///< see `concurrency_limit`
    std::string trusted_proxies;                                  ///< `address_ranges`
    bool proxy_protocol = false;
    std::size_t requests_per_address = 60'000; ///< a minute; 0 = any number
    std::size_t requests_per_user = 12'000;    ///< a minute; 0 = any number
    std::string cors_origins;                  ///< `web_origins`
    std::uint64_t compress_above = 1024;       ///< bytes of a JSON document
    std::filesystem::path tls_certificate;     ///< "" = no TLS
    std::filesystem::path tls_key;
};

/// The operator's listener.
struct ops_settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9090; ///< 0 = any free one
};

struct database_settings {
    std::string url; ///< secret; "" = the service's own cluster under var/postgres
    std::size_t readers = 4;
    std::size_t writers = 2;
    milliseconds connect_timeout = std::chrono::seconds{5};
    milliseconds statement_timeout = std::chrono::seconds{30};
    std::size_t read_queue_limit = 10'000;
};

struct writer_settings {
    std::string references = "proven"; ///< proven | checked
    std::size_t batch_limit = 500;     ///< change sets in one transaction
    std::size_t backlog_limit = 20'000;
};

struct wallets_settings {
    std::size_t in_flight_limit = 5000; ///< uncommitted commands of one wallet
    milliseconds idle_timeout = std::chrono::minutes{5};
    milliseconds reopen_grace = std::chrono::days{7};
    milliseconds freshness = std::chrono::seconds{5};
    milliseconds idempotency_lifetime = std::chrono::hours{24};
};

struct accounts_settings {
    std::string password_scheme = "bcrypt"; ///< or "argon2id": how new passwords are hashed
    std::size_t bcrypt_cost = 12;
    std::uint64_t argon2id_memory = 64UL * 1024 * 1024; ///< bytes
    std::size_t argon2id_passes = 3;
    std::string pepper;           ///< secret
    std::size_t hash_threads = 0; ///< 0 = number of cores less one
    std::size_t hash_queue_limit = 256;
    milliseconds session_lifetime = std::chrono::hours{24};
    milliseconds remember_lifetime = std::chrono::days{14};
    milliseconds confirmation_lifetime = std::chrono::days{3};
    std::size_t session_cache_limit = 100'000;
    milliseconds session_age_limit = std::chrono::days{90};
    milliseconds reset_lifetime = std::chrono::hours{6};
    std::size_t attempts_per_address = 60; ///< a minute; 0 = any number
    std::size_t failures_max = 10;         ///< 0 = any number
    milliseconds lockout_limit = std::chrono::minutes{15};
};

struct images_settings {
    std::uint64_t upload_limit = 32UL * 1024 * 1024;
    std::uint64_t pixel_limit = 64'000'000;
    std::size_t threads = 1;
    std::size_t queue_limit = 256;
    std::string service_name = "local"; ///< active_storage_blobs.service_name
    std::filesystem::path storage;      ///< "" = var/storage; see `storage_directory`
    milliseconds decode_timeout = std::chrono::seconds{20};
    std::string store = "disk";                                      ///< "disk" or "s3"
    bool strip_metadata = true;                                      ///< in what is served
    std::string thumbnail_widths = "160, 320, 640, 960, 1280, 1920"; ///< `parse_widths`
    std::uint64_t cache_limit = 1024UL * 1024 * 1024;                ///< bytes of copies and thumbnails
    std::size_t cache_work_limit = 64;  ///< of them made at once, or waiting to be
    std::string secret_key_base;        ///< secret; "" = one of its own
    std::string rails_defaults = "7.1"; ///< "7.1", "7.0" or "6.1"
    milliseconds url_lifetime = std::chrono::hours{1};
    bool redirect = false; ///< to the bucket, for files that are served as they are
};

/// The bucket of images.store "s3".
struct bucket_settings {
    std::string region = "us-east-1";
    std::string bucket;
    std::string endpoint; ///< "" = Amazon's of the region
    bool path_style = false;
    std::string access_key_id;     ///< secret
    std::string secret_access_key; ///< secret
};

struct generations_settings {
    std::string engine = "preview";
    std::string fallback;  ///< names of engines, "" = none
    std::string styles;    ///< `style_engines`
    std::int32_t cost = 1; ///< tokens
    milliseconds deadline = std::chrono::minutes{10};
    std::size_t slots = 2;
    std::int32_t attempts = 3;
    std::size_t queue_limit_per_user = 2000;
    std::size_t queue_limit = 50'000;
    milliseconds wait_limit = std::chrono::seconds{30};
};

/// Streams of server-sent events.
struct events_settings {
    milliseconds heartbeat = std::chrono::seconds{15};
    std::size_t streams = 8000;
    std::size_t streams_per_user = 100;
    std::uint64_t kept_bytes = 32UL * 1024;    ///< of each user
    std::size_t kept_users = 4096;             ///< to whose events nobody listens
    std::uint64_t buffer_limit = 256UL * 1024; ///< of one stream, for a slow client
};

/// OpenAI's images API, or a server of another maker that speaks it.
struct openai_settings {
    std::string url = "https://api.openai.com/v1";
    std::string key; ///< secret
    std::size_t slots = 4;
    std::string model = "gpt-image-1";
    std::string size = "auto";
    std::string quality;
    std::string input_fidelity = "high";
    std::string output_format = "jpeg";
};

/// A server that speaks the API of AUTOMATIC1111's web UI.
struct sdapi_settings {
    std::string url = "http://127.0.0.1:7860";
    std::string user;
    std::string password; ///< secret
    std::size_t slots = 1;
    std::string checkpoint;
    std::string sampler;
    std::int32_t steps = 30;
    std::int32_t strength = 60; ///< percent
};

/// stable-diffusion.cpp's server.
struct sdcpp_settings {
    std::string url = "http://127.0.0.1:1234";
    std::size_t slots = 1;
    bool editing_model = false;
    std::int32_t steps = 0;
    std::int32_t strength = 60; ///< percent
};

struct replicate_settings {
    std::string url = "https://api.replicate.com/v1";
    std::string token; ///< secret
    std::size_t slots = 4;
    std::string model;
    std::string version;
    std::string input = "{}";
    std::string image_field = "image";
    std::string seed_field = "seed";
    std::string negative_field = "negative_prompt";
    std::string strength_field = "prompt_strength";
    std::string webhook_secret; ///< secret; "" = no webhooks
};

/// Engines on other servers. Only those are used that `generations` names.
struct engines_settings {
    openai_settings openai;
    /// Another server that speaks OpenAI's images API, which may know fewer fields.
    openai_settings compatible{.url = "http://127.0.0.1:8000/v1",
                               .key = {},
                               .slots = 1,
                               .model = {},
                               .size = {},
                               .quality = {},
                               .input_fidelity = {},
                               .output_format = {}};
    sdapi_settings sdapi;
    sdcpp_settings sdcpp;
    replicate_settings replicate;
    milliseconds call_timeout = std::chrono::seconds{30};
    milliseconds file_timeout = std::chrono::minutes{2};
    std::int32_t failures_max = 5;
    milliseconds pause = std::chrono::seconds{15};
};

struct payments_settings {
    std::string gateway = "sandbox"; ///< "sandbox" or "cloudpayments"
    std::string public_id = "sandbox_public_id";
    std::string api_secret; ///< secret; "" = one of its own, with the sandbox gateway only
    milliseconds order_lifetime = std::chrono::hours{24};
    milliseconds subscription_grace = std::chrono::days{3};
    std::string currency = "RUB"; ///< ISO 4217
    bool test_mode = true;
    std::string notification_encoding = "utf-8"; ///< "utf-8" or "windows-1251"
    std::string notification_addresses;          ///< `address_ranges`; "" = any
    std::string api_url = "https://api.cloudpayments.ru";
    milliseconds api_timeout = std::chrono::seconds{30};
    std::size_t api_connections = 4;
    milliseconds reconcile_after = std::chrono::hours{3}; ///< midnight, UTC; 0 = never by itself
};

/// The local stand-in for the payment gateway.
struct sandbox_settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8081;                     ///< 0 = any free one
    std::string notify_url;                        ///< "" = of the service that it is part of
    std::filesystem::path state;                   ///< "" = var/sandbox in the service, nothing beside it
    milliseconds minute = std::chrono::minutes{1}; ///< of the schedule of repeats
    milliseconds day = std::chrono::days{1};       ///< between charges of a subscription
    std::int32_t chaos_duplicates = 0;             ///< percent, as all of these
    std::int32_t chaos_delays = 0;
    std::int32_t chaos_drops = 0;
    std::int32_t chaos_forgeries = 0;
};

struct mail_settings {
    std::string delivery = "file";   ///< "file" or "smtp"
    std::filesystem::path directory; ///< "" = var/mail; see `mail_directory`
    std::string from = "Atelier <no-reply@localhost>";
    std::int32_t retry_limit = 16; ///< attempts in all: with the pauses between them more than a day
    milliseconds backoff = std::chrono::seconds{30};
    std::string host;
    std::uint16_t port = 587;
    std::string security = "starttls"; ///< "starttls", "tls" or "none"
    bool allow_insecure = false;
    std::string user;
    std::string password; ///< secret
    milliseconds timeout = std::chrono::seconds{30};
    std::filesystem::path ca_file; ///< "" = the system's
};

struct webhooks_settings {
    bool allow_insecure = false;          ///< plain HTTP, too
    bool allow_private_addresses = false; ///< endpoints in networks of one's own
    std::size_t connections = 4;
    milliseconds timeout = std::chrono::seconds{15};
    milliseconds disable_after = std::chrono::hours{120}; ///< of failures without one success
    std::int32_t endpoint_limit = 16;                     ///< of one user
};

struct sweeper_settings {
    milliseconds interval = std::chrono::seconds{30};
    milliseconds orphan_age = std::chrono::hours{24};
};

struct supervisor_settings {
    std::size_t restart_limit = 10; ///< in one restart_window
    milliseconds restart_window = std::chrono::seconds{60};
    milliseconds backoff = std::chrono::milliseconds{100};
    milliseconds backoff_limit = std::chrono::seconds{10};
};

struct log_settings {
    std::string level = "info";   ///< "trace", "debug", "info", "warn" or "error"
    std::string format = "human"; ///< "human" or "json"
};

struct scheduler_settings {
    std::size_t threads = 0; ///< 0 = number of cores, at most 4
};

struct settings {
    std::filesystem::path var = "var"; ///< the state directory
    http_settings http;
    ops_settings ops;
    database_settings database;
    writer_settings writer;
    wallets_settings wallets;
    accounts_settings accounts;
    images_settings images;
    bucket_settings s3;
    generations_settings generations;
    engines_settings engines;
    events_settings events;
    payments_settings payments;
    sandbox_settings sandbox;
    mail_settings mail;
    webhooks_settings webhooks;
    sweeper_settings sweeper;
    supervisor_settings supervisor;
    log_settings log;
    scheduler_settings scheduler;
};

/// Where the service keeps image files.
[[nodiscard]] inline std::filesystem::path storage_directory(const settings& s) {
    return s.images.storage.empty() ? s.var / "storage" : s.images.storage;
}

/// Where copies and thumbnails of images are kept.
[[nodiscard]] inline std::filesystem::path image_cache_directory(const settings& s) {
    return s.var / "cache";
}

/// Where mails go that are delivered to files.
[[nodiscard]] inline std::filesystem::path mail_directory(const settings& s) {
    return s.mail.directory.empty() ? s.var / "mail" : s.mail.directory;
}

} // namespace atelier
