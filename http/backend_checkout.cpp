#include "actors/checkout_key.hpp"
#include "actors/domain/subscription.hpp"
#include "http/backend_parts.hpp"
#include "persistence/queries/payments.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

/// The service's part about the page that pays.
namespace atelier::http {
namespace {

/// The id of a payment; nothing for an invoice.
std::optional<payment_id> payment_of(std::string_view subject) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(subject.data(), subject.data() + subject.size(), id);
    if (error != std::errc{} || end != subject.data() + subject.size())
        return std::nullopt;
    return payment_id{id};
}

/// In the words of a payment.
std::string_view status_of(const subscription_order& order, instant now) {
    if (!order.transaction_id.empty())
        return "paid";
    return now < order.expires_at ? "pending" : "expired";
}

} // namespace

/// What can be paid on the page.
struct backend_service::payable {
    user_id user;
    std::string status;
    checkout_view view;

    payable() = default;
};

reply<backend_service::payable> backend_service::find_payable(std::string subject, std::string key) {
    auto& back = parts_->back;
    if (!is_checkout_key(key, subject, back.options.payment_secret))
        co_return errc::not_found;
    payable found;
    auto& view = found.view;
    view.subject = subject;
    view.script = back.options.widget_script;
    if (const auto id = payment_of(subject)) {
        auto query = [id = *id](pg::connection& database) { return queries::get_payment(database, id); };
        const auto payment = co_await read<payment_record>(back.reads, query);
        if (!payment)
            co_return payment.error();
        found.user = payment->user;
        found.status = to_string(payment->status);
        view.amount_cents = payment->amount_cents;
        view.currency = payment->currency;
        view.tokens_amount = payment->tokens_amount;
        view.widget = back.checkout_parameters(*payment);
        co_return found;
    }
    const auto user = subscriber_of({}, subject, "");
    if (!user)
        co_return errc::not_found;
    const auto subject_of = co_await load_subscription(*user);
    if (!subject_of)
        co_return subject_of.error();
    const auto& orders = subject_of->book().orders;
    const auto order = std::ranges::find(orders, subject, &subscription_order::invoice_id);
    if (order == orders.end())
        co_return errc::not_found;
    const auto now = back.time.now();
    subscription_checkout form;
    form.user = *user;
    form.order = *order;
    if (order->kind == charge_kind::first)
        form.second_charge_at = subject_of->second_charge_at(order->terms, now);
    found.user = *user;
    found.status = status_of(*order, now);
    view.amount_cents = order->amount_cents;
    view.currency = order->terms.currency;
    view.tokens_amount = order->tokens_amount;
    view.widget = back.checkout_parameters(form);
    co_return found;
}

reply<checkout_view> backend_service::checkout(std::string subject, std::string key) {
    auto found = co_await find_payable(std::move(subject), std::move(key));
    if (!found)
        co_return found.error();
    co_return std::move(found->view);
}

reply<std::string> backend_service::checkout_status(std::string subject, std::string key) {
    auto found = co_await find_payable(std::move(subject), std::move(key));
    if (!found)
        co_return found.error();
    const read_wallet question{found->user, false};
    const auto wallet =
        co_await parts_->ask.ask<wallet_view>(parts_->back.actors.get<wallets_actor>(), question);
    if (!wallet)
        co_return wallet.error();
    namespace json = boost::json;
    co_return json::serialize(json::object{{"status", found->status},
                                           {"tokens_amount", found->view.tokens_amount},
                                           {"balance", wallet->balance}});
}

} // namespace atelier::http
