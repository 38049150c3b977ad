#include "actors/gateways/gateway_news.hpp"

#include "actors/domain/money.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace atelier {
namespace {

std::optional<notification_kind> kind_of(const gateway_transaction& transaction) {
    const auto status = transaction.status;
    if (transaction.type == gateway_operation::refund && status == transaction_status::completed)
        return notification_kind::refund;
    if (transaction.type != gateway_operation::payment)
        return std::nullopt;
    if (status == transaction_status::completed || status == transaction_status::authorized)
        return notification_kind::pay;
    if (status == transaction_status::cancelled)
        return notification_kind::cancel;
    return std::nullopt;
}

/// As a webhook in JSON: what is archived can be replayed.
std::string body_of(const gateway_transaction& t, notification_kind kind) {
    boost::json::object body{{"TransactionId", t.transaction_id},
                             {"Amount", format_amount(t.amount_cents)},
                             {"Currency", t.currency},
                             {"InvoiceId", t.invoice_id},
                             {"AccountId", t.account_id},
                             {"SubscriptionId", t.subscription_id},
                             {"TestMode", t.test_mode ? "1" : "0"},
                             {"CardType", t.card_type},
                             {"CardLastFour", t.card_last_four}};
    if (kind == notification_kind::refund)
        body["PaymentTransactionId"] = t.original_transaction_id;
    if (kind == notification_kind::pay)
        body["Status"] = t.status == transaction_status::completed ? "Completed" : "Authorized";
    return boost::json::serialize(body);
}

} // namespace

std::optional<deliver_notification> news_of(const gateway_transaction& transaction) {
    const auto kind = kind_of(transaction);
    if (!kind)
        return std::nullopt;
    deliver_notification news;
    auto& what = news.what;
    what.kind = *kind;
    what.business_key = std::string{to_string(*kind)} + ":" + transaction.transaction_id;
    what.transaction_id = transaction.transaction_id;
    what.amount_cents = transaction.amount_cents;
    what.currency = transaction.currency;
    what.account_id = transaction.account_id;
    what.status = *kind == notification_kind::pay ? transaction.status : transaction_status::none;
    what.test_mode = transaction.test_mode;
    what.card_type = transaction.card_type;
    what.card_last_four = transaction.card_last_four;
    what.invoice_id = transaction.invoice_id;
    what.subscription_id = transaction.subscription_id;
    what.token = transaction.token;
    what.date_time = transaction.created_at;
    if (*kind == notification_kind::refund)
        what.payment_transaction_id = transaction.original_transaction_id;
    news.body = body_of(transaction, *kind);
    news.content_type = "application/json";
    return news;
}

deliver_notification news_of(const gateway_subscription& subscription) {
    deliver_notification news;
    auto& what = news.what;
    const auto status = to_string(subscription.status);
    what.kind = notification_kind::recurrent;
    what.subscription_id = subscription.id;
    what.account_id = subscription.account_id;
    what.amount_cents = subscription.amount_cents;
    what.currency = subscription.currency;
    what.standing = subscription.status;
    what.successes = subscription.successful_transactions;
    const auto successes = std::to_string(subscription.successful_transactions);
    const auto failures = std::to_string(subscription.failed_transactions);
    what.business_key =
        "recurrent:" + subscription.id + ":" + std::string{status} + ":" + successes + ":" + failures;
    news.body =
        boost::json::serialize(boost::json::object{{"Id", subscription.id},
                                                   {"AccountId", subscription.account_id},
                                                   {"Amount", format_amount(subscription.amount_cents)},
                                                   {"Currency", subscription.currency},
                                                   {"Status", status},
                                                   {"SuccessfulTransactionsNumber", successes},
                                                   {"FailedTransactionsNumber", failures}});
    news.content_type = "application/json";
    return news;
}

} // namespace atelier
