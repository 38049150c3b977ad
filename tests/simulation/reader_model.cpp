#include "tests/simulation/reader_model.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <utility>

namespace atelier::test {

template <class T, class Query>
auto reader_model::add(reader_actor::pointer self, std::string what, Query query) {
    auto promise = self->make_response_promise<outcome<T>>();
    auto result = std::make_shared<outcome<T>>(errc::unavailable);
    read next;
    next.what = std::move(what);
    next.look = [result, query](const database& tables, bool fails, instant now) {
        if (!fails)
            *result = query(tables, now);
    };
    next.answer = [promise, result]() mutable { promise.deliver(std::move(*result)); };
    reads_.push_back(std::move(next));
    return promise;
}

reader_actor reader_model::spawn(caf::actor_system& system) {
    actor_ = system.spawn([this](reader_actor::pointer self) -> reader_actor::behavior_type {
        return {
            [this, self](load_wallet what) {
                wallets[what.user] = caf::actor_cast<caf::actor_addr>(self->current_sender());
                return add<std::vector<purchase_record>>(
                    self, "the wallet of user " + std::to_string(what.user.value),
                    [user = what.user](const database& tables, instant) {
                        return outcome<std::vector<purchase_record>>{tables.wallet_of(user)};
                    });
            },
            [this, self](load_generation what) {
                return add<generation_job>(
                    self, "generation " + std::to_string(what.id.value),
                    [id = what.id](const database& tables, instant) { return tables.job_of(id); });
            },
            [this, self](const load_payment& what) {
                return add<payment_record>(self, "the payment of " + what.invoice_id,
                                           [invoice = what.invoice_id](const database& tables, instant) {
                                               return tables.payment_of_invoice(invoice);
                                           });
            },
            [this, self](const find_payment& what) {
                return add<payment_record>(self, "the payment by " + what.transaction_id,
                                           [id = what.transaction_id](const database& tables, instant) {
                                               return tables.payment_of_transaction(id);
                                           });
            },
            [this, self](const load_refunds& what) {
                return add<payment_refunds>(
                    self, "the refunds of " + what.transaction_id, [what](const database& tables, instant) {
                        return outcome<payment_refunds>{tables.refunds_of(what.payment, what.transaction_id)};
                    });
            },
            [this, self](load_subscription what) {
                return add<loaded_subscription>(
                    self, "the subscription of user " + std::to_string(what.user.value),
                    [user = what.user](const database& tables, instant) {
                        return outcome<loaded_subscription>{tables.subscription_of(user)};
                    });
            },
            [this, self](const find_charge& what) {
                return add<user_id>(self, "the charge by " + what.transaction_id,
                                    [id = what.transaction_id](const database& tables, instant) {
                                        const auto user = tables.subscriptions.subscriber_of(id);
                                        return user ? outcome<user_id>{*user}
                                                    : outcome<user_id>{errc::not_found};
                                    });
            },
            [this, self](const find_answer& what) {
                return add<std::optional<idempotency_answer>>(
                    self, "the answer to " + what.key,
                    [what](const database& tables,
                           instant now) -> outcome<std::optional<idempotency_answer>> {
                        const auto found = tables.idempotency.find({what.user, what.key});
                        if (found == tables.idempotency.end() || found->second.expires_at <= now)
                            return std::optional<idempotency_answer>{};
                        const auto& row = found->second;
                        return std::optional{idempotency_answer{row.fingerprint, row.response_status,
                                                                row.response_body, row.response_location}};
                    });
            },
            [](const continuation& c) { (*c.run)(); },
        };
    });
    return actor_;
}

void reader_model::step(dice& chance, int failures, instant now) {
    const auto place = reads_.begin() + static_cast<std::ptrdiff_t>(chance.below(reads_.size()));
    if (!std::exchange(place->looked, true)) {
        const bool fails = chance.chance(failures);
        trace_(place->what + (fails ? " cannot be read" : " is read"));
        return place->look(tables_, fails, now);
    }
    trace_("what was read arrives: " + place->what);
    auto answer = std::move(place->answer);
    reads_.erase(place);
    caf::anon_send(actor_, continuation{std::move(answer)});
}

} // namespace atelier::test
