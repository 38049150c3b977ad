#include "persistence/queries/payments.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr const char* select_payment =
    "SELECT p.id, p.user_id, p.token_package_id, p.amount_cents, p.currency, p.status, "
    "p.cloudpayments_transaction_id, p.cloudpayments_invoice_id, p.card_type, p.card_last_four, p.paid_at, "
    "o.expires_at, p.created_at, k.tokens_amount, k.validity_days, coalesce(r.refunded_cents, 0) "
    "FROM payments p JOIN token_packages k ON k.id = p.token_package_id "
    "LEFT JOIN payment_orders o ON o.payment_id = p.id "
    "LEFT JOIN payment_refunds r ON r.payment_id = p.id ";

constexpr pg::statement one_payment{"payment", select_payment, "WHERE p.id = $1"};
constexpr pg::statement by_invoice{"payment_by_invoice", select_payment,
                                   "WHERE p.cloudpayments_invoice_id = $1 ORDER BY p.id DESC LIMIT 1"};
constexpr pg::statement by_transaction{"payment_by_transaction", select_payment,
                                       "WHERE p.cloudpayments_transaction_id = $1"};
constexpr pg::statement of_user{"payments_of_user", select_payment,
                                "WHERE p.user_id = $1 AND p.id < $2 ORDER BY p.id DESC LIMIT $3"};
/// How a search goes on behind the condition that an index answers.
constexpr const char* narrowed =
    " AND ($2::bigint = 0 OR p.user_id = $2) AND ($3 = '' OR p.status = $3) "
    "AND ($4 = '' OR p.cloudpayments_invoice_id = $4) AND p.id < $5 ORDER BY p.id DESC LIMIT $6";
constexpr pg::statement search{"payments_search", select_payment, "WHERE $1 = ''", narrowed};
constexpr pg::statement search_transaction{"payments_search_transaction", select_payment,
                                           "WHERE p.cloudpayments_transaction_id = $1", narrowed};
constexpr pg::statement search_invoice{"payments_search_invoice", select_payment,
                                       "WHERE p.cloudpayments_invoice_id = $1", narrowed};
constexpr pg::statement search_user{"payments_search_user", select_payment, "WHERE p.user_id = $1", narrowed};
constexpr pg::statement overdue{"payments_overdue", select_payment,
                                "WHERE p.status = 'pending' AND o.expires_at <= $1 AND p.id > $2 "
                                "ORDER BY p.id LIMIT $3"};

constexpr pg::statement purchase_of{"purchase_of_payment", R"(
    SELECT p.id, p.token_package_id, p.tokens_remaining, coalesce(d.tokens, 0), p.purchased_at, p.expires_at, t.amount
    FROM payment_purchases b JOIN token_purchases p ON p.id = b.token_purchase_id
    JOIN token_transactions t ON t.token_purchase_id = p.id AND t.operation = 'purchase'
    LEFT JOIN purchase_debts d ON d.token_purchase_id = p.id WHERE b.payment_id = $1)"};

constexpr pg::statement waiting_refunds{"refunds_waiting", R"(
    SELECT transaction_id, payment_transaction_id, amount_cents FROM gateway_refunds
    WHERE payment_transaction_id = $1 AND applied_at IS NULL ORDER BY created_at, transaction_id)"};

constexpr pg::statement refundable{"payments_with_refunds_waiting", R"(
    SELECT DISTINCT p.cloudpayments_invoice_id FROM gateway_refunds r
    JOIN payments p ON p.cloudpayments_transaction_id = r.payment_transaction_id
    WHERE r.applied_at IS NULL AND p.status IN ('paid', 'partially_refunded', 'refunded')
        AND p.cloudpayments_invoice_id IS NOT NULL LIMIT $1)"};

constexpr pg::statement notification{
    "notification",
    "SELECT verdict, reply, payment_id, deliveries FROM gateway_notifications WHERE business_key = $1"};

payment_record to_payment(const pg::row& row) {
    payment_record p;
    std::string state;
    row.read(p.id, p.user, p.package, p.amount_cents, p.currency, state, p.cloudpayments_transaction_id,
             p.invoice_id, p.card_type, p.card_last_four, p.paid_at, p.expires_at, p.created_at,
             p.tokens_amount, p.validity_days, p.refunded_cents);
    p.status =
        parse_payment_status(state).value_or(payment_status::pending); // others are refused by the CHECK
    return p;
}

} // namespace

outcome<payment_record> get_payment(pg::connection& database, payment_id payment) {
    return read_one(database.query(one_payment, pg::params{payment}), to_payment);
}

outcome<payment_record> get_payment_by_invoice(pg::connection& database, std::string_view invoice_id) {
    return read_one(database.query(by_invoice, pg::params{invoice_id}), to_payment);
}

outcome<payment_record> get_payment_by_transaction(pg::connection& database,
                                                   std::string_view transaction_id) {
    return read_one(database.query(by_transaction, pg::params{transaction_id}), to_payment);
}

outcome<page<payment_record>> list_payments(pg::connection& database, user_id user, payment_id before,
                                            std::int32_t limit) {
    return read_page(database.query(of_user, pg::params{user, below(before), limit + 1}), limit, to_payment);
}

outcome<page<payment_record>> find_payments(pg::connection& database, const payment_filter& filter,
                                            payment_id before, std::int32_t limit) {
    const std::string state{filter.status ? to_string(*filter.status) : std::string_view{}};
    const auto ask = [&](const pg::statement& what, const auto& key) {
        return read_page(database.query(what, pg::params{key, filter.user, state, filter.invoice_id,
                                                         below(before), limit + 1}),
                         limit, to_payment);
    };
    if (!filter.transaction_id.empty())
        return ask(search_transaction, filter.transaction_id);
    if (!filter.invoice_id.empty())
        return ask(search_invoice, filter.invoice_id);
    if (filter.user)
        return ask(search_user, filter.user);
    return ask(search, std::string{});
}

outcome<payment_refunds> find_refunds(pg::connection& database, payment_id payment,
                                      std::string_view transaction_id) {
    auto waiting = read_all(database.query(waiting_refunds, pg::params{transaction_id}), to_refund);
    if (!waiting)
        return std::move(waiting).error();
    if (waiting->empty())
        return payment_refunds{};
    auto found = read_one(database.query(purchase_of, pg::params{payment}), [](const pg::row& row) {
        payment_refunds bought;
        auto& lot = bought.lot;
        row.read(lot.id, lot.package, lot.remaining, lot.debt, lot.purchased_at, lot.expires_at,
                 bought.credited);
        return bought;
    });
    if (found)
        found->waiting = *std::move(waiting);
    return found;
}

outcome<std::vector<std::string>> list_invoices_with_refunds(pg::connection& database, std::int32_t limit) {
    return read_all(database.query(refundable, pg::params{limit}),
                    [](const pg::row& row) { return row.at<std::string>(0); });
}

outcome<std::vector<payment_record>> list_overdue_payments(pg::connection& database, instant now,
                                                           payment_id above, std::int32_t limit) {
    return read_all(database.query(overdue, pg::params{now, above, limit}), to_payment);
}

outcome<std::optional<notification_answer>> find_notification(pg::connection& database,
                                                              std::string_view business_key) {
    return read_optional(database.query(notification, pg::params{business_key}), [](const pg::row& row) {
        notification_answer n;
        row.read(n.verdict, n.reply, n.payment, n.deliveries);
        return n;
    });
}

} // namespace atelier::queries
