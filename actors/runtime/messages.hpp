#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/domain/trace_context.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Every message between actors: plain values with the domain's names. Those with members that own memory
/// have constructors, because g++ 12 destroys aggregates twice when they are temporaries beside a `co_await`.
namespace atelier {

// -- wallets ----------------------------------------------------------------------------------------------

/// The client's Idempotency-Key and a digest of what it was used for.
struct idempotency_key {
    std::string key;
    std::string fingerprint;

    idempotency_key() = default;
    idempotency_key(std::string k, std::string f) : key{std::move(k)}, fingerprint{std::move(f)} {}
};

/// Creates a generation, which is spending its cost.
struct spend_tokens {
    user_id user;
    image_id input_image;
    style_id style;
    tokens cost = 0;
    std::int64_t seed = 0;
    std::string parameters; ///< JSON object
    microseconds time_limit{};
    std::optional<idempotency_key> idempotency;
    cause why;

    spend_tokens() = default;
    spend_tokens(user_id u, image_id image, style_id s, tokens c)
        : user{u}, input_image{image}, style{s}, cost{c} {}
};

/// Orders a package: creates a pending payment.
struct order_package {
    user_id user;
    token_package_record package;
    std::string currency;
    microseconds lifetime{};
    std::optional<idempotency_key> idempotency;

    order_package() = default;
    order_package(user_id u, token_package_record p) : user{u}, package{std::move(p)} {}
};

/// Gives tokens, as a lot of their own.
struct grant_tokens {
    user_id user;
    token_package_id package; ///< the inactive one that stands for grants
    tokens amount = 0;
    microseconds validity{};
    std::optional<idempotency_key> idempotency;

    grant_tokens() = default;
    grant_tokens(user_id u, token_package_id p, tokens a, microseconds v)
        : user{u}, package{p}, amount{a}, validity{v} {}
};

/// Credits what a payment bought, in one commit with the payment's own change and the notification's archive.
struct credit_payment {
    payment_record payment;
    payment_change change;
    notification_record notification;

    credit_payment() = default;
    credit_payment(payment_record p, payment_change c, notification_record n)
        : payment{std::move(p)}, change{std::move(c)}, notification{std::move(n)} {}
};

/// The lot of a charge lives longer, because the period that it pays for has moved.
struct lot_extension {
    purchase_id lot;
    microseconds by{};
};

/// Credits what a charge of a subscription bought, in one commit with the subscription's change and the
/// notification's archive.
struct credit_charge {
    user_id user;
    token_package_id package;   ///< the inactive one that stands for subscriptions
    subscription_change change; ///< with the charge
    std::vector<lot_extension> extensions;
    notification_record notification;
    std::vector<webhook_event> events;

    credit_charge() = default;
};

/// Takes back what was paid back in money, in one commit with what it changes of what was paid.
struct claw_back {
    user_id user;
    purchase_record lot; ///< that was bought, as it was read
    tokens due = 0;
    change_set paid; ///< payment_changes, refund_applications and webhook_events, or charge_refunds

    claw_back() = default;
    claw_back(user_id u, purchase_record l, tokens t, change_set p)
        : user{u}, lot{l}, due{t}, paid{std::move(p)} {}
};

/// Ends a generation as failed and gives its tokens back, in one commit.
struct refund_generation {
    user_id user;
    generation_change change; ///< to `failed`, with the error
    std::vector<spend_part> parts;
    std::optional<generation_run_change> run;
    std::vector<webhook_event> events;

    refund_generation() = default;
    refund_generation(user_id u, generation_change c, std::vector<spend_part> p)
        : user{u}, change{std::move(c)}, parts{std::move(p)} {}
};

/// Books expired lots.
struct expire_lots {
    user_id user;
};

/// What a wallet command did.
struct receipt {
    std::int32_t status = 0; ///< HTTP status of `body`, for commands of clients
    std::string body;        ///< JSON, byte for byte what a repeat of the command will get
    std::string location;
    bool replayed = false;    ///< the stored answer of an earlier command with the same key
    tokens amount = 0;        ///< tokens moved, signed
    tokens balance = 0;       ///< after this command
    transaction_id last;      ///< id of its last journal row; 0 when it wrote none
    generation_id generation; ///< the one that was created; 0 otherwise
    instant deadline{};       ///< of that one
    style_id style;           ///< of that one

    receipt() = default;
};

struct read_wallet {
    user_id user;
    bool show = false; ///< to later readers too, who do not ask (wallet_views.hpp)
};

/// A wallet as it is committed.
struct wallet_view {
    tokens balance = 0;
    std::vector<purchase_record> lots;
    instant at; ///< the moment of reading: lots that expire at or before it are not part of the balance

    wallet_view() = default;
};

// -- generations --------------------------------------------------------------------------------------------

/// A generation was committed as queued (or was found unfinished after a restart): take care of it.
struct start_generation {
    generation_id id;
    user_id user; ///< 0: nothing but the id is known
    instant deadline{};
    style_id style;
    bool running = false; ///< it was at an engine when the service ended
    cause why;            ///< known as long as the service runs

    start_generation() = default;
    explicit start_generation(generation_id i) : id{i} {}
    start_generation(generation_id i, user_id u, instant d, style_id s, bool r = false)
        : id{i}, user{u}, deadline{d}, style{s}, running{r} {}
};

/// A generation with what it takes to run it.
struct generation_job {
    generation_record generation;
    image_record input;
    style_record style;

    generation_job() = default;
};

/// A generation to itself: a time is over.
struct generation_timer {
    enum class kind : std::uint8_t { deadline, pause, commit_again } what{};
};

struct cancel_generation {
    generation_id id;
    user_id user;
};

// -- payments -----------------------------------------------------------------------------------------------

/// What is answered to the gateway.
struct notification_reply {
    std::int32_t code = 0;
    std::string verdict;

    notification_reply() = default;
    notification_reply(std::int32_t c, std::string v) : code{c}, verdict{std::move(v)} {}
};

/// A payment: let the refunds that wait for it take effect.
struct settle_refunds {
    std::string invoice_id;

    settle_refunds() = default;
    explicit settle_refunds(std::string invoice) : invoice_id{std::move(invoice)} {}
};

/// A payment: its time is over, if it is still pending.
struct expire_payment {
    std::string invoice_id;

    expire_payment() = default;
    explicit expire_payment(std::string invoice) : invoice_id{std::move(invoice)} {}
};

// -- persistence --------------------------------------------------------------------------------------------

/// Commits a change set. Change sets of one user are committed in the order in which they were sent.
struct commit_changes {
    change_set changes;

    commit_changes() = default;
    explicit commit_changes(change_set c) : changes{std::move(c)} {}
};

/// The fate of a change set.
enum class commit_verdict : std::uint8_t {
    committed,     ///< durable
    conflict,      ///< a compare-and-set missed: somebody else wrote; reload and decide again
    superseded,    ///< not tried: it was decided on top of a change set that was refused; decide again
    duplicate_key, ///< its idempotency key was used before
    invalid,       ///< the database refuses it (foreign key, check): it can never succeed
    overloaded,    ///< not tried: too much is waiting
    unavailable,   ///< not tried: the writer is stopping or the database is away
};

struct load_wallet {
    user_id user;
};
struct load_generation {
    generation_id id;
};
struct load_payment {
    std::string invoice_id;

    load_payment() = default;
    explicit load_payment(std::string invoice) : invoice_id{std::move(invoice)} {}
};
/// The payment of a transaction of the gateway.
struct find_payment {
    std::string transaction_id;

    find_payment() = default;
    explicit find_payment(std::string transaction) : transaction_id{std::move(transaction)} {}
};
/// The refunds that wait for a paid payment.
struct load_refunds {
    payment_id payment;
    std::string transaction_id;

    load_refunds() = default;
    load_refunds(payment_id p, std::string transaction)
        : payment{p}, transaction_id{std::move(transaction)} {}
};
struct find_answer {
    user_id user;
    std::string key;

    find_answer() = default;
    find_answer(user_id u, std::string k) : user{u}, key{std::move(k)} {}
};

// -- life and death
// -------------------------------------------------------------------------------------------

/// From a directory to an idle child: may you go?
struct retire {};
/// The answer: nothing is under way here.
struct retired {
    std::int64_t key = 0;
    bool idle = false;
};

/// One line of the actor tree for operators.
struct child_report {
    std::string key;
    std::int64_t seconds_idle = 0;

    child_report() = default;
    child_report(std::string k, std::int64_t s) : key{std::move(k)}, seconds_idle{s} {}
};
struct list_children {
    std::size_t limit = 0;
};
struct children_report {
    std::size_t live = 0;
    std::vector<child_report> children;

    children_report() = default;
};

/// A message to oneself that carries a piece of work: the way back into an actor from a thread of a pool.
struct continuation {
    std::shared_ptr<std::function<void()>> run;

    continuation() = default;
    explicit continuation(std::function<void()> f)
        : run{std::make_shared<std::function<void()>>(std::move(f))} {}
};

/// A beat of an actor's own timer.
struct tick {};

/// A mail was put into the outbox, or its time to be tried again may have come.
struct mail_due {};

/// The supervisor to itself: the pause before a restart is over.
struct restart_child {
    std::size_t index = 0;
};

} // namespace atelier

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::spend_tokens)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::order_package)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::credit_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::grant_tokens)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::refund_generation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::claw_back)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::credit_charge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::settle_refunds)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::expire_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::expire_lots)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::read_wallet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::receipt>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::wallet_view>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::start_generation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::cancel_generation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::notification_reply>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::commit_changes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::commit_verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::load_wallet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::load_generation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::load_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::find_payment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::load_refunds)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::payment_refunds>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::find_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<std::vector<atelier::purchase_record>>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::generation_record>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::generation_job>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::generation_timer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::payment_record>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<std::optional<atelier::idempotency_answer>>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::retire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::retired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::list_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::children_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::continuation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::mail_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::restart_child)
