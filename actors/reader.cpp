#include "actors/reader.hpp"

#include "persistence/connection_pool.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/idempotency.hpp"
#include "persistence/queries/images.hpp"
#include "persistence/queries/payments.hpp"
#include "persistence/queries/subscriptions.hpp"
#include "persistence/queries/wallets.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <utility>

namespace atelier {
namespace {

outcome<generation_job> read_job(pg::connection& database, generation_id id) {
    auto generation = queries::get_generation(database, id);
    if (!generation)
        return generation.error();
    auto input = queries::get_image(database, generation->input_image);
    if (!input)
        return input.error();
    auto style = queries::get_style(database, generation->style);
    if (!style)
        return style.error();
    generation_job job;
    job.generation = std::move(*generation);
    job.input = std::move(*input);
    job.style = std::move(*style);
    return job;
}

outcome<loaded_subscription> read_subscription(pg::connection& database, user_id user, instant now) {
    loaded_subscription loaded;
    auto book = queries::load_subscription(database, user, now);
    if (!book)
        return book.error();
    loaded.book = std::move(*book);
    const auto package = queries::get_origin_package(database, "subscription");
    if (!package)
        return package.error();
    loaded.package = package->id;
    if (loaded.book.row.revision == 0)
        return loaded;
    auto card = queries::get_saved_card(database, loaded.book.row.id);
    if (!card)
        return card.error();
    loaded.card_token = std::move(*card);
    auto refunds = queries::find_charge_refunds(database, loaded.book.row.id);
    if (!refunds)
        return refunds.error();
    loaded.refunds = std::move(refunds->waiting);
    loaded.lots = std::move(refunds->lots);
    return loaded;
}

} // namespace

template <class Result, class Query>
caf::typed_response_promise<outcome<Result>> reader_state::run(Query query) {
    auto promise = self_->make_response_promise<outcome<Result>>();
    const reply<outcome<Result>> answer{promise};
    auto job = [query = std::move(query), answer,
                self = caf::actor_cast<reader_actor>(self_)](outcome<pg::connection*> connection) {
        auto result = connection ? query(**connection) : outcome<Result>{connection.error()};
        caf::anon_send(self, continuation{[answer, result = std::move(result)] { answer.deliver(result); }});
    };
    if (!context_->pool.submit(std::move(job)))
        answer.deliver(failure{errc::overloaded, "Too many reads are waiting."});
    return promise;
}

reader_actor::behavior_type reader_behavior(reader_state::actor* self, const reader_context* context) {
    auto& state = self->state;
    state.start(*context);
    return {
        [&state](load_wallet what) {
            return state.run<std::vector<purchase_record>>(
                [what](pg::connection& database) -> outcome<std::vector<purchase_record>> {
                    auto wallet = queries::load_wallet(database, what.user);
                    if (!wallet)
                        return wallet.error();
                    return std::move(wallet->purchases);
                });
        },
        [&state](load_generation what) {
            return state.run<generation_job>(
                [what](pg::connection& database) { return read_job(database, what.id); });
        },
        [&state](const load_payment& what) {
            return state.run<payment_record>([what](pg::connection& database) {
                return queries::get_payment_by_invoice(database, what.invoice_id);
            });
        },
        [&state](const find_payment& what) {
            return state.run<payment_record>([what](pg::connection& database) {
                return queries::get_payment_by_transaction(database, what.transaction_id);
            });
        },
        [&state](const load_refunds& what) {
            return state.run<payment_refunds>([what](pg::connection& database) {
                return queries::find_refunds(database, what.payment, what.transaction_id);
            });
        },
        [&state](load_subscription what) {
            return state.run<loaded_subscription>(
                [what, now = state.context().time.now()](pg::connection& database) {
                    return read_subscription(database, what.user, now);
                });
        },
        [&state](const find_charge& what) {
            return state.run<user_id>([what](pg::connection& database) {
                return queries::find_subscriber(database, what.transaction_id);
            });
        },
        [&state](const find_answer& what) {
            return state.run<std::optional<idempotency_answer>>(
                [what, now = state.context().time.now()](pg::connection& database) {
                    return queries::find_idempotency_answer(database, what.user, what.key, now);
                });
        },
        [](const continuation& c) { (*c.run)(); },
    };
}

} // namespace atelier
