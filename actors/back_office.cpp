#include "actors/back_office.hpp"

#include "actors/domain/signature.hpp"
#include "actors/gateways/gateway_news.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/waiting.hpp"
#include "persistence/connection_pool.hpp"
#include "persistence/queries/payments.hpp"

#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace atelier {
namespace {

using namespace std::chrono_literals;

/// For one hour the gateway recognises the repeat of a change; not quite so long counts here.
constexpr auto recognised = 50min;
constexpr auto answer_limit = 30s;

} // namespace

back_office::back_office(back_office_context context) : context_{context} {}

back_office::~back_office() {
    stop();
}

void back_office::stop() {
    stopping_ = true;
    thread_.stop();
}

outcome<notification_reply> back_office::tell(deliver_notification news) {
    caf::scoped_actor self{context_.system};
    outcome<notification_reply> reply{errc::unavailable};
    self->request(context_.actors.get<payments_actor>(), answer_limit, std::move(news))
        .receive([&reply](outcome<notification_reply>& answered) { reply = std::move(answered); },
                 [](const caf::error&) { /* unavailable */ });
    return reply;
}

// -- refunds ------------------------------------------------------------------------------------------------

void back_office::refund(payment_id payment, std::optional<std::int64_t> amount_cents, std::string key,
                         const callback<made_refund>& then) {
    auto run = [this, payment, amount_cents, key = std::move(key), then] {
        then(stopping_ ? outcome<made_refund>{errc::unavailable} : refund_now(payment, amount_cents, key));
    };
    if (!thread_.submit(std::move(run)))
        then(errc::overloaded);
}

/// What the gateway knows the request by: the key may be longer than it takes.
std::string back_office::request_id_of(const std::string& key) {
    return "refund-" + sha256_hex(key);
}

/// The request of that key: the one that is noted, or a new one if the payment has so much left.
outcome<queries::refund_request> back_office::note_refund(const payment_record& of,
                                                          std::optional<std::int64_t> amount_cents,
                                                          const std::string& key) {
    using request = queries::refund_request;
    const auto now = context_.time.now();
    auto known = wait_for_query<std::optional<request>>(
        context_.pool, [&](pg::connection& database) { return queries::find_refund_request(database, key); });
    if (!known)
        return known.error();
    if (!*known) {
        const auto left = is_credited(of.status) ? of.amount_cents - of.refunded_cents : 0;
        const auto wanted = amount_cents.value_or(left);
        if (wanted <= 0 || wanted > left)
            return invalid_field("amount_cents", "out_of_range", "There is not so much to give back.");
        return wait_for_query<request>(context_.pool, [&](pg::connection& database) {
            return queries::note_refund_request(database, key, of.id, wanted, now);
        });
    }
    const auto& noted = **known;
    if (noted.payment != of.id || (amount_cents && noted.amount_cents != *amount_cents))
        return errc::idempotency_key_reused;
    const bool open = noted.transaction_id.empty() && noted.refusal.empty();
    if (open && now - noted.created_at > recognised)
        return failure{
            errc::state_conflict,
            "Whether the gateway has made this refund is not known any more; the next comparison of "
            "the books will tell."};
    return noted;
}

outcome<made_refund> back_office::refund_now(payment_id payment, std::optional<std::int64_t> amount_cents,
                                             const std::string& key) {
    const auto found = wait_for_query<payment_record>(context_.pool, [payment](pg::connection& database) {
        return queries::get_payment(database, payment);
    });
    if (!found)
        return found.error();
    const auto request = note_refund(*found, amount_cents, key);
    if (!request)
        return request.error();
    made_refund made;
    made.amount_cents = request->amount_cents;
    made.transaction_id = request->transaction_id;
    made.replayed = !made.transaction_id.empty();
    if (made.replayed)
        return made;
    if (!request->refusal.empty())
        return failure{errc::gateway_refused, request->refusal};
    const auto sent = wait_for_call<std::string>([&](gateway_client::callback<std::string> then) {
        context_.gateway.refund(request_id_of(key), found->cloudpayments_transaction_id,
                                request->amount_cents, std::move(then));
    });
    const auto end = [&](const std::string& transaction, const std::string& refusal) {
        return wait_for_query<done>(context_.pool, [&](pg::connection& database) {
            return queries::end_refund_request(database, key, transaction, refusal, context_.time.now());
        });
    };
    if (!sent) {
        if (sent.error().code == errc::gateway_refused)
            if (const auto ended = end("", sent.error().detail); !ended)
                return ended.error();
        return sent.error();
    }
    made.transaction_id = *sent;
    gateway_transaction refund;
    refund.transaction_id = *sent;
    refund.original_transaction_id = found->cloudpayments_transaction_id;
    refund.type = gateway_operation::refund;
    refund.status = transaction_status::completed;
    refund.amount_cents = request->amount_cents;
    refund.currency = found->currency;
    refund.invoice_id = found->invoice_id;
    refund.account_id = std::to_string(found->user.value);
    refund.test_mode = context_.test_mode;
    // The webhook tells the same, sooner or later; both together have one effect.
    if (const auto told = tell(*news_of(refund)); !told)
        spdlog::warn("refund {} is left to its webhook", made.transaction_id);
    if (const auto ended = end(made.transaction_id, ""); !ended)
        return ended.error();
    return made;
}

} // namespace atelier
