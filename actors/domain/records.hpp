#pragma once

#include "actors/domain/change_set.hpp"
#include "actors/domain/principal.hpp"

/// Rows as they are read: what the database says, without any behaviour.
namespace atelier {

struct user_record {
    user_id id;
    std::string email;
    std::string encrypted_password;
    std::optional<instant> confirmed_at;
    instant created_at;
    std::string unconfirmed_email{}; ///< that it will have when it is confirmed; "" = none
    std::string language{};          ///< of mails, as chosen: "en", "ru"; "" = none
};

struct session_record {
    std::string digest; ///< hex digest of the bearer token; the token itself is stored nowhere
    user_id user;
    bool remember = false;
    instant created_at;
    instant expires_at; ///< unless it is used before
    instant last_used_at;
    instant ends_at{};        ///< however much it is used
    std::string user_agent{}; ///< of who signed in
    std::string address{};    ///< likewise
    session_id id{};          ///< which its user may know
};

/// A session as its user sees it.
struct listed_session {
    session_record session;
    bool current = false; ///< the one that asks
};

/// A key for programs.
struct api_key_record {
    api_key_id id;
    std::string digest; ///< as of sessions
    user_id user;
    std::string name; ///< its user's
    scopes may;
    std::optional<instant> expires_at; ///< none: never
    std::optional<instant> last_used_at;
    instant created_at;

    api_key_record() = default;
};

/// Somebody who may use the operator's listener.
struct operator_record {
    std::string name;
    std::string digest; ///< as of sessions
    std::optional<instant> expires_at;
    instant created_at;

    operator_record() = default;
};

/// What an operator did, in the audit log.
struct operator_action {
    action_id id;
    std::string who;     ///< name of the operator, or "cli:" and the name of the system's user
    std::string action;  ///< method and path, or a command
    std::string detail;  ///< the body, or the command's arguments; shortened
    std::string address; ///< "" = on this machine
    std::string request_id;
    std::string outcome; ///< "" = not known: it is being done, or the process ended meanwhile
    instant begun_at;
    std::optional<instant> ended_at;

    operator_action() = default;
};

struct style_record {
    style_id id;
    std::string name;
    std::string prompt; ///< a prompt template
    instant created_at;
};

struct token_package_record {
    token_package_id id;
    std::string name;
    tokens tokens_amount = 0;
    std::int64_t price_cents = 0;
    std::int32_t validity_days = 0;
    bool active = false;
    instant created_at;
};

struct subscription_plan_record {
    plan_id id;
    std::string name;
    tokens tokens_amount = 0;
    std::int64_t price_cents = 0;
    std::string currency;
    std::string interval;
    std::int32_t interval_count = 0;
    bool active = false;
    instant created_at;
};

/// A lot as the wallet holds it.
struct purchase_record {
    purchase_id id;
    token_package_id package;
    tokens remaining = 0;
    tokens debt = 0; ///< paid back in money after it had been spent: what comes back is taken for it
    instant purchased_at;
    instant expires_at;

    purchase_record() = default;
    purchase_record(purchase_id i, token_package_id p, tokens left, instant since, instant until)
        : id{i}, package{p}, remaining{left}, purchased_at{since}, expires_at{until} {}
};

struct transaction_record {
    transaction_id id;
    std::optional<purchase_id> purchase;
    std::optional<generation_id> generation;
    std::string operation;
    tokens amount = 0;
    instant created_at;
    std::optional<instant> reopened_until; ///< of a refund that reopened its lot: when that expires
};

/// An image with its blob.
struct image_record {
    image_id id;
    user_id user;
    bool output = false;
    std::string room_type; ///< "" = null
    blob_id blob;
    std::string signed_id; ///< of the blob; "" = not known here
    std::string key;
    std::string service_name;
    std::string filename;
    std::string content_type;
    std::int64_t byte_size = 0;
    std::string checksum;
    std::int32_t width = 0;  ///< 0 = not analysed
    std::int32_t height = 0; ///< 0 = not analysed
    instant created_at;
};

/// One part of a spend: so many tokens from that lot.
struct spend_part {
    purchase_id purchase;
    tokens amount = 0; ///< positive
};

/// Where a generation waits for an engine.
struct queue_place {
    std::size_t ahead = 0; ///< generations that get a slot before it, if no other comes
    /// How long it may take until it gets one; nothing while nobody knows how long the engine takes.
    std::optional<std::chrono::milliseconds> estimated_wait;

    queue_place() = default;
};

struct generation_record {
    generation_id id;
    user_id user;
    image_id input_image;
    std::optional<image_id> output_image;
    style_id style;
    generation_status status{};
    std::string error;
    tokens cost = 0;
    std::int64_t seed = 0;
    std::string parameters;
    std::int32_t attempt = 0;
    std::string engine;
    std::string engine_job;
    instant deadline;
    instant created_at;
    instant updated_at;
    std::optional<instant> started_at;
    std::optional<instant> finished_at;
    std::vector<spend_part> spends;   ///< filled for generations that are not final
    std::optional<queue_place> place; ///< known to the dispatcher only, not to the database
};

struct payment_record {
    payment_id id;
    user_id user;
    token_package_id package;
    std::int64_t amount_cents = 0;
    std::string currency;
    payment_status status{};
    std::string cloudpayments_transaction_id; ///< "" = null
    std::string invoice_id;
    std::string card_type;
    std::string card_last_four;
    std::optional<instant> paid_at;
    instant expires_at;
    instant created_at;
    tokens tokens_amount = 0;       ///< of the package
    std::int32_t validity_days = 0; ///< of the package
    std::int64_t refunded_cents = 0;
};

/// What a paid payment bought, and the refunds of it that have not taken effect yet.
struct payment_refunds {
    purchase_record lot;
    tokens credited = 0; ///< by the payment, whatever is left of it
    std::vector<gateway_refund> waiting;

    payment_refunds() = default;
};

/// A refund that the gateway made for an operator.
struct made_refund {
    std::string transaction_id;
    std::int64_t amount_cents = 0;
    bool replayed = false; ///< it was made when the key came for the first time

    made_refund() = default;
};

/// A webhook in the archive.
struct archived_notification {
    notification_id id;
    std::string type;
    std::string business_key;
    std::string content_type;
    std::string verdict;
    std::string reply;
    std::optional<payment_id> payment;
    std::int32_t deliveries = 0;
    instant created_at;
    instant updated_at;
    std::string body; ///< raw; may hold a card token

    archived_notification() = default;
};

/// A finished request's stored answer.
struct idempotency_answer {
    std::string fingerprint;
    std::int32_t response_status = 0;
    std::string response_body;
    std::string response_location;
};

/// A page of a list and where the next one starts; 0 = this was the last.
template <class Record>
struct page {
    std::vector<Record> data;
    std::int64_t next = 0; ///< key of the last row of this page when there are more
};

} // namespace atelier
