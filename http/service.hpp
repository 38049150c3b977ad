#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "http/addresses.hpp"

#include <boost/asio/awaitable.hpp>

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

template <class T>
using reply = boost::asio::awaitable<outcome<T>>;

/// A signed-in user.
struct new_session {
    std::string token; ///< secret: shown once
    instant expires_at;
    user_record user;

    new_session() = default;
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

    generation_order() = default;
};

/// An uploaded file that waits to be taken over.
struct upload {
    std::filesystem::path path; ///< removed by the caller if it is still there afterwards
    std::string filename;
    std::string room_type;

    upload() = default;
};

/// An image with the place of its file.
struct image_file {
    image_record image;
    std::filesystem::path path;

    image_file() = default;
};

/// A webhook of the gateway, as it came.
struct webhook {
    std::string kind;                        ///< last segment of its address, e.g. "pay"
    std::string body;                        ///< raw; of a GET, the query string
    std::string content_type;                ///< of a GET, that of a form
    std::optional<std::string> content_hmac; ///< a header that is there may still be empty
    std::optional<std::string> x_content_hmac;
    request_origin origin;

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

/// News of a generation, for a stream of events.
struct generation_event {
    std::string event;
    std::string data;
    bool last = false;

    generation_event() = default;
};

/// Whether each part works; `detail` says why not.
struct part_health {
    std::string name;
    bool ok = false;
    std::string detail;

    part_health() = default;
};

class service {
public:
    virtual ~service() = default;

    // -- accounts ------------------------------------------------------------------------------------------
    virtual reply<done> sign_up(std::string email, std::string password, std::string language) = 0;
    virtual reply<user_record> confirm(std::string token) = 0;
    virtual reply<new_session> sign_in(std::string email, std::string password, bool remember) = 0;
    /// The user a bearer token belongs to. Mostly answered from memory.
    virtual reply<user_id> authenticate(std::string token) = 0;
    virtual reply<done> sign_out(std::string token) = 0;
    virtual reply<user_record> user(user_id user) = 0;

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

    // -- images --------------------------------------------------------------------------------------------
    virtual reply<image_record> add_image(user_id user, upload file) = 0;
    virtual reply<image_record> image(user_id user, image_id image) = 0;
    virtual reply<image_file> image_content(user_id user, image_id image) = 0;

    // -- generations ---------------------------------------------------------------------------------------
    virtual reply<stored_answer> generate(generation_order order) = 0;
    virtual reply<generation_record> generation(user_id user, generation_id generation) = 0;
    virtual reply<page<generation_record>> generations(user_id user, generation_id before,
                                                       std::int32_t limit) = 0;
    /// There is news of some work of an engine's. Errors: not_found when it sends none, invalid_signature.
    virtual reply<done> notify(engine_webhook hook) = 0;
    virtual reply<generation_record> cancel(user_id user, generation_id generation) = 0;
    /// Calls `listener` (from any thread) with what happens to a generation, until the result is destroyed.
    [[nodiscard]] virtual std::shared_ptr<void>
    watch(generation_id generation, std::function<void(const generation_event&)> listener) = 0;

    // -- operations ----------------------------------------------------------------------------------------
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
};

} // namespace atelier::http
