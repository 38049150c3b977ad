#pragma once

#include "actors/domain/image_links.hpp"
#include "actors/domain/image_variant.hpp"
#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/domain/user_event.hpp"
#include "actors/domain/webhook_delivery.hpp"
#include "http/addresses.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the endpoints can ask of the rest of the program: values in, values out. Endpoints know nothing of
/// actors, CAF or PostgreSQL behind it, and are tested against a service of the tests' own.
namespace atelier::http {

class management;

template <class T>
using reply = boost::asio::awaitable<outcome<T>>;

/// A signed-in user.
struct new_session {
    std::string token; ///< secret: shown once
    instant expires_at;
    instant ends_at; ///< however much it is used
    user_record user;

    new_session() = default;
};

/// A new API key.
struct new_api_key {
    std::string token; ///< secret: shown once
    api_key_record key;

    new_api_key() = default;
};

/// The client's Idempotency-Key and what it is used for.
struct command_key {
    std::string key;
    std::string fingerprint;

    command_key() = default;
    command_key(std::string k, std::string f) : key{std::move(k)}, fingerprint{std::move(f)} {}
};

/// The answer to a command, as stored with its effect.
struct stored_answer {
    unsigned status = 0;
    std::string body;
    std::string location;
    bool replayed = false;

    stored_answer() = default;
};

struct generation_order {
    user_id user;
    image_id input_image;
    style_id style;
    std::optional<std::int64_t> seed;
    std::optional<command_key> key;
    cause why;

    generation_order() = default;
};

/// An uploaded file that waits to be taken over.
struct upload {
    std::filesystem::path path; ///< removed by the caller if it is still there afterwards
    std::string filename;
    std::string room_type;

    upload() = default;
};

/// The file of a direct upload, as it came.
struct direct_upload_content {
    std::string token; ///< of its address
    std::string content_type;
    std::filesystem::path path; ///< empty when nothing came; removed by the caller if it is still there
    std::uint64_t byte_size = 0;

    direct_upload_content() = default;
};

/// The file of an image in one of its forms, and what caches may do with it.
struct image_file {
    std::filesystem::path path; ///< empty: the client is sent to `redirect`
    std::uint64_t size = 0;
    std::string content_type;
    std::string filename;
    std::string entity_tag; ///< quoted
    std::string redirect;   ///< an address, and a secret
    instant last_modified;
    std::chrono::seconds fresh_for{0};
    bool immutable = false;           ///< its address never stands for other bytes
    std::shared_ptr<const void> hold; ///< as long as it lives, the file stays where it is

    image_file() = default;
};

/// What a signed address says, unchecked.
struct image_link {
    image_id image;
    std::string expires;
    std::string signature;

    image_link() = default;
};

/// A webhook of the gateway, as it came.
struct webhook {
    std::string kind;                        ///< last segment of its address, e.g. "pay"
    std::string body;                        ///< raw; of a GET, the query string
    std::string content_type;                ///< of a GET, that of a form
    std::optional<std::string> content_hmac; ///< a header that is there may still be empty
    std::optional<std::string> x_content_hmac;
    std::string sender; ///< the address that it came from; "" = not known

    webhook() = default;
};

/// A webhook of an engine, signed as https://www.standardwebhooks.com says.
struct engine_webhook {
    std::string engine; ///< its name
    std::string id;
    std::string timestamp;
    std::string signature;
    std::string body; ///< raw

    engine_webhook() = default;
};

/// What the gateway is answered.
struct webhook_answer {
    std::int32_t code = 0;
    std::string verdict; ///< for operators

    webhook_answer() = default;
    explicit webhook_answer(std::int32_t c, std::string v = {}) : code{c}, verdict{std::move(v)} {}
};

/// What the page needs on which a payment is made.
struct checkout_view {
    std::string subject; ///< of checkout_key.hpp
    std::int64_t amount_cents = 0;
    std::string currency;
    tokens tokens_amount = 0;
    std::string widget; ///< argument of the gateway's payment form, a JSON object
    std::string script; ///< where the form's script is

    checkout_view() = default;
};

/// What a user says of a webhook endpoint; what is not named stays as it is.
struct webhook_endpoint_command {
    std::optional<std::string> url;
    std::optional<std::vector<std::string>> events; ///< types that it wants; none = all
    std::optional<bool> enabled;

    webhook_endpoint_command() = default;
};

/// Is told what happens, from any thread, and must be quick. Null: nothing more will be told.
using event_listener = std::function<void(const event_ptr&)>;

/// A stream of events that has begun to listen.
struct event_feed {
    std::shared_ptr<void> subscription; ///< the listener is called until it is destroyed
    event_backlog before;

    event_feed() = default;
};

/// Where the stream of a user's events begins.
struct user_snapshot {
    tokens balance = 0;
    std::vector<generation_record> unfinished; ///< generations, oldest first
    bool more = false;                         ///< these are not all of them

    user_snapshot() = default;
};

/// Whether each part works; `detail` says why not.
struct part_health {
    std::string name;
    bool ok = false;
    std::string detail;

    part_health() = default;
};

/// Who asks, as far as anybody can tell.
struct visitor {
    std::string address; ///< "" = not known
    std::string user_agent;
    std::string language; ///< value of Accept-Language

    visitor() = default;
    explicit visitor(const request& r)
        : address{r.remote_address}, user_agent{r.header("user-agent")}, language{
                                                                             r.header("accept-language")} {}
};

class service {
public:
    virtual ~service() = default;

    // -- accounts: errors as `accounts` says ---------------------------------------------------------------
    virtual reply<done> sign_up(visitor who, std::string email, std::string password) = 0;
    virtual reply<done> resend_confirmation(visitor who, std::string email) = 0;
    virtual reply<user_record> confirm(std::string token) = 0;
    virtual reply<done> request_reset(visitor who, std::string email) = 0;
    virtual reply<done> reset_password(visitor who, std::string token, std::string password) = 0;
    virtual reply<new_session> sign_in(visitor who, std::string email, std::string password,
                                       bool remember) = 0;
    /// Whom a bearer token belongs to, of a session or an API key. Mostly answered from memory.
    virtual reply<principal> authenticate(std::string token) = 0;
    virtual reply<done> sign_out(std::string token) = 0;
    virtual reply<done> sign_out_everywhere(user_id user) = 0;
    virtual reply<std::vector<listed_session>> sessions(user_id user, std::string token) = 0;
    virtual reply<done> end_session(user_id user, session_id session) = 0;
    /// Errors: state_conflict (too many).
    virtual reply<new_api_key> add_api_key(user_id user, std::string name, scopes may,
                                           std::optional<std::chrono::days> lifetime) = 0;
    virtual reply<std::vector<api_key_record>> api_keys(user_id user) = 0;
    virtual reply<done> remove_api_key(user_id user, api_key_id key) = 0;
    virtual reply<user_record> user(user_id user) = 0;
    /// "" = that of whoever asks for a mail.
    virtual reply<user_record> choose_language(user_id user, std::string language) = 0;
    /// The session of `token` goes on.
    virtual reply<done> change_password(user_id user, visitor who, std::string token, std::string current,
                                        std::string password) = 0;
    virtual reply<done> change_email(user_id user, visitor who, std::string current, std::string email) = 0;
    virtual reply<done> close_account(user_id user, visitor who, std::string current) = 0;

    // -- catalogue -----------------------------------------------------------------------------------------
    virtual reply<std::vector<style_record>> styles() = 0;
    virtual reply<std::vector<token_package_record>> token_packages() = 0;
    virtual reply<std::vector<subscription_plan_record>> subscription_plans() = 0;
    [[nodiscard]] virtual std::string currency() const = 0;

    // -- money ---------------------------------------------------------------------------------------------
    /// The committed wallet as JSON. Mostly answered from memory.
    virtual reply<std::string> wallet(user_id user) = 0;
    virtual reply<page<transaction_record>> transactions(user_id user, transaction_id before,
                                                         std::int32_t limit) = 0;
    virtual reply<stored_answer> order(user_id user, token_package_id package,
                                       std::optional<command_key> key) = 0;
    virtual reply<payment_record> payment(user_id user, payment_id payment) = 0;
    virtual reply<page<payment_record>> payments(user_id user, payment_id before, std::int32_t limit) = 0;
    virtual reply<webhook_answer> notify(webhook hook) = 0;
    /// What is to be paid, a payment or an order of a subscription, for whoever has its key
    /// (checkout_key.hpp); not_found for others.
    virtual reply<checkout_view> checkout(std::string subject, std::string key) = 0;
    /// {status, tokens_amount, balance}, likewise; the status is one of a payment's.
    virtual reply<std::string> checkout_status(std::string subject, std::string key) = 0;

    // -- subscriptions -------------------------------------------------------------------------------------
    /// As JSON. Error: not_found.
    virtual reply<std::string> subscription(user_id user) = 0;
    /// `saved_card`: it is charged by the service; otherwise the payer pays in the gateway's form.
    virtual reply<stored_answer> subscribe(user_id user, plan_id plan, bool saved_card,
                                           std::optional<command_key> key) = 0;
    virtual reply<stored_answer> change_subscription(user_id user, plan_id plan,
                                                     std::optional<command_key> key) = 0;
    virtual reply<stored_answer> unsubscribe(user_id user, std::optional<command_key> key) = 0;

    // -- outgoing webhooks ---------------------------------------------------------------------------------
    virtual reply<std::vector<webhook_endpoint_record>> webhook_endpoints(user_id user) = 0;
    /// With its secret. `command.url` is there, `command.enabled` is not. Errors: validation_failed about
    /// "url", state_conflict when the user has too many.
    virtual reply<webhook_endpoint_record> add_webhook_endpoint(user_id user,
                                                                webhook_endpoint_command command) = 0;
    virtual reply<webhook_endpoint_record> webhook_endpoint(user_id user, webhook_endpoint_id endpoint) = 0;
    /// Errors: validation_failed about "url".
    virtual reply<webhook_endpoint_record> change_webhook_endpoint(user_id user, webhook_endpoint_id endpoint,
                                                                   webhook_endpoint_command command) = 0;
    virtual reply<done> remove_webhook_endpoint(user_id user, webhook_endpoint_id endpoint) = 0;
    /// Gives it a new secret, and shows it; the old one signs along for a day.
    virtual reply<webhook_endpoint_record> rotate_webhook_secret(user_id user,
                                                                 webhook_endpoint_id endpoint) = 0;
    /// Queues a `ping`. Errors: state_conflict when the endpoint is disabled.
    virtual reply<webhook_delivery_record> ping_webhook_endpoint(user_id user,
                                                                 webhook_endpoint_id endpoint) = 0;
    virtual reply<page<webhook_delivery_record>> webhook_deliveries(user_id user,
                                                                    webhook_endpoint_id endpoint,
                                                                    webhook_delivery_id before,
                                                                    std::int32_t limit) = 0;

    // -- images --------------------------------------------------------------------------------------------
    virtual reply<image_record> add_image(user_id user, upload file) = 0;
    virtual reply<image_record> image(user_id user, image_id image) = 0;
    /// Errors: validation_failed (a width that is not offered), not_found, overloaded, those of the store.
    virtual reply<image_file> image_content(user_id user, image_id image, image_variant variant) = 0;
    /// The same for whoever has a signed address; also forbidden.
    virtual reply<image_file> linked_image_content(image_link link, image_variant variant) = 0;
    /// Addresses of an image's file for a client that may see it.
    [[nodiscard]] virtual image_links links_of(image_id image) const = 0;
    virtual reply<page<image_record>> images(user_id user, image_filter filter, image_id before,
                                             std::int32_t limit) = 0;
    /// Its files are gone when this returns, or soon. Errors: not_found, state_conflict (a generation that is
    /// not final needs it).
    virtual reply<done> delete_image(user_id user, image_id image) = 0;

    // -- direct uploads: Active Storage's protocol ---------------------------------------------------------
    /// `wanted` has what the client announces. Errors: validation_failed, rate_limited (too many open).
    virtual reply<direct_upload_offer> begin_direct_upload(user_id user, direct_upload wanted) = 0;
    /// Errors: not_found (token forged or expired), validation_failed (not what was announced).
    virtual reply<done> receive_direct_upload(direct_upload_content content) = 0;
    /// Makes an image of a direct upload; the same again is the same image. Errors: validation_failed about
    /// `signed_id`, and as for uploads.
    virtual reply<image_record> attach_image(user_id user, std::string signed_id, std::string room_type) = 0;

    // -- generations ---------------------------------------------------------------------------------------
    virtual reply<stored_answer> generate(generation_order order) = 0;
    virtual reply<generation_record> generation(user_id user, generation_id generation) = 0;
    /// `validation_failed` about `style_id` when there is no such style.
    virtual reply<page<generation_record>> generations(user_id user, generation_filter filter,
                                                       generation_id before, std::int32_t limit) = 0;
    /// The output goes with it, the photo and the journal stay. Errors: not_found, state_conflict (it is not
    /// final).
    virtual reply<done> delete_generation(user_id user, generation_id generation) = 0;
    /// There is news of some work of an engine's. Errors: not_found when it sends none, invalid_signature.
    virtual reply<done> notify(engine_webhook hook) = 0;
    virtual reply<generation_record> cancel(user_id user, generation_id generation) = 0;

    // -- events --------------------------------------------------------------------------------------------
    /// Tells `listener` what happens to a generation of the user, or without one to anything of theirs, until
    /// the result is destroyed.
    [[nodiscard]] virtual std::shared_ptr<void> listen(user_id user, generation_id generation,
                                                       event_listener listener) = 0;
    /// The same for a stream, which goes on after the event with the id `after`. Streams are limited. Errors:
    /// rate_limited, overloaded.
    [[nodiscard]] virtual outcome<event_feed> follow(user_id user, generation_id generation,
                                                     std::optional<std::uint64_t> after,
                                                     event_listener listener) = 0;
    virtual reply<user_snapshot> snapshot(user_id user) = 0;

    // -- operations ----------------------------------------------------------------------------------------
    /// The name of the operator whose token this is; `unauthenticated`.
    virtual reply<std::string> authenticate_operator(std::string token) = 0;
    /// Notes in the audit log what is about to be done: who cannot note it must not do it.
    virtual reply<action_id> begin_action(operator_action action) = 0;
    /// Notes how it went.
    virtual reply<done> end_action(action_id action, std::string outcome) = 0;
    /// The audit log, newest first; "" = everybody's.
    virtual reply<page<operator_action>> actions(std::string who, action_id before, std::int32_t limit) = 0;
    virtual boost::asio::awaitable<std::vector<part_health>> health() = 0;
    /// In Prometheus' text format.
    [[nodiscard]] virtual std::string metrics_text() = 0;
    /// The live actor tree as JSON.
    virtual reply<std::string> actor_tree() = 0;
    /// Archived notifications without their bodies, newest first; "" = all types, all verdicts.
    virtual reply<page<archived_notification>> notifications(std::string type, std::string verdict,
                                                             notification_id before, std::int32_t limit) = 0;
    virtual reply<archived_notification> notification(notification_id id) = 0;
    /// Delivers an archived notification once more.
    virtual reply<webhook_answer> replay(notification_id id) = 0;
    /// See back_office.
    virtual reply<made_refund> refund(payment_id payment, std::optional<std::int64_t> amount_cents,
                                      std::string key) = 0;
    /// Starts to compare a day's books with the gateway's.
    virtual reply<done> reconcile(std::chrono::sys_days day) = 0;
    /// The latest reports as JSON, newest first.
    virtual reply<std::vector<std::string>> reconciliations() = 0;
    /// Gives tokens to a user. Errors: not_found, idempotency_*.
    virtual reply<stored_answer> grant(user_id user, tokens amount, std::chrono::days validity,
                                       std::optional<command_key> key) = 0;
    /// What operators look up and change beside that.
    [[nodiscard]] virtual management& managed() = 0;
};

} // namespace atelier::http
