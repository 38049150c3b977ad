#include "persistence/queries/back_office.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement note_request{"refund_request_note", R"(
    INSERT INTO refund_requests (key, payment_id, amount_cents, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $4) ON CONFLICT (key) DO NOTHING)"};
constexpr pg::statement find_request{"refund_request", R"(
    SELECT payment_id, amount_cents, transaction_id, refusal, created_at FROM refund_requests WHERE key = $1)"};
constexpr pg::statement end_request{"refund_request_end", R"(
    UPDATE refund_requests SET transaction_id = nullif($2, ''), refusal = nullif($3, ''), updated_at = $4
    WHERE key = $1)"};

/// What was credited: payments, and charges of subscriptions, except those that another program has credited.
constexpr const char* credited = R"(
    WITH credited AS (
        SELECT cloudpayments_transaction_id AS transaction_id, cloudpayments_invoice_id AS invoice_id, amount_cents,
            currency, paid_at FROM payments
        WHERE status IN ('paid', 'partially_refunded', 'refunded') AND cloudpayments_transaction_id IS NOT NULL
        UNION ALL
        SELECT transaction_id, invoice_id, amount_cents, currency, paid_at FROM subscription_charges
        WHERE transaction_id NOT LIKE 'adopted:%')
    SELECT transaction_id, invoice_id, amount_cents, currency FROM credited )";
constexpr pg::statement by_transactions{"credited_by_transactions", credited,
                                        "WHERE transaction_id = ANY ($1)"};
constexpr pg::statement paid_between{"credited_between", credited,
                                     "WHERE paid_at >= $1 AND paid_at < $2 ORDER BY transaction_id"};
constexpr pg::statement noted_refunds{
    "refunds_noted", "SELECT transaction_id FROM gateway_refunds WHERE transaction_id = ANY ($1)"};

constexpr pg::statement one_report{"reconciliation",
                                   "SELECT report::text FROM reconciliations WHERE day = $1::text::date"};
constexpr pg::statement latest_reports{"reconciliations",
                                       "SELECT report::text FROM reconciliations ORDER BY day DESC LIMIT $1"};
constexpr pg::statement store_report{"reconciliation_store", R"(
    INSERT INTO reconciliations (day, report, finished_at) VALUES ($1::text::date, $2::text::json, $3)
    ON CONFLICT (day) DO UPDATE SET report = excluded.report, finished_at = excluded.finished_at)"};

constexpr pg::statement latest_audits{"audits", "SELECT report::text FROM audits ORDER BY id DESC LIMIT $1"};
constexpr pg::statement keep_audit{"audit_store",
                                   "INSERT INTO audits (report, finished_at) VALUES ($1::text::json, $2)"};

constexpr pg::statement archive{"notifications", R"(
    SELECT id, type, business_key, content_type, verdict, reply, payment_id, deliveries, created_at, updated_at
    FROM gateway_notifications
    WHERE ($1 = '' OR type = $1) AND ($2 = '' OR verdict = $2) AND id < $3 ORDER BY id DESC LIMIT $4)"};
constexpr pg::statement archived{"notification_by_id", R"(
    SELECT id, type, business_key, content_type, verdict, reply, payment_id, deliveries, created_at, updated_at, body
    FROM gateway_notifications WHERE id = $1)"};

known_payment to_known(const pg::row& row) {
    known_payment p;
    row.read(p.transaction_id, p.invoice_id, p.amount_cents, p.currency);
    return p;
}

refund_request to_request(const pg::row& row) {
    refund_request r;
    row.read(r.payment, r.amount_cents, r.transaction_id, r.refusal, r.created_at);
    return r;
}

std::string first_text(const pg::row& row) {
    return row.at<std::string>(0);
}

} // namespace

outcome<refund_request> note_refund_request(pg::connection& database, std::string_view key,
                                            payment_id payment, std::int64_t amount_cents, instant now) {
    if (auto noted = database.query(note_request, pg::params{key, payment, amount_cents, now}); !noted)
        return std::move(noted).error();
    return read_one(database.query(find_request, pg::params{key}), to_request);
}

outcome<std::optional<refund_request>> find_refund_request(pg::connection& database, std::string_view key) {
    return read_optional(database.query(find_request, pg::params{key}), to_request);
}

status end_refund_request(pg::connection& database, std::string_view key, std::string_view transaction_id,
                          std::string_view refusal, instant now) {
    return as_status(database.query(end_request, pg::params{key, transaction_id, refusal, now}));
}

outcome<std::vector<known_payment>>
list_payments_by_transaction(pg::connection& database, const std::vector<std::string>& transactions) {
    return read_all(database.query(by_transactions, pg::params{transactions}), to_known);
}

outcome<std::vector<known_payment>> list_payments_paid(pg::connection& database, instant from,
                                                       instant until) {
    return read_all(database.query(paid_between, pg::params{from, until}), to_known);
}

outcome<std::vector<std::string>> list_noted_refunds(pg::connection& database,
                                                     const std::vector<std::string>& transactions) {
    return read_all(database.query(noted_refunds, pg::params{transactions}), first_text);
}

outcome<std::vector<std::string>> list_audits(pg::connection& database, std::int32_t limit) {
    return read_all(database.query(latest_audits, pg::params{limit}), first_text);
}

status store_audit(pg::connection& database, std::string_view report, instant now) {
    return as_status(database.query(keep_audit, pg::params{report, now}));
}

outcome<std::optional<std::string>> find_reconciliation(pg::connection& database, std::string_view day) {
    return read_optional(database.query(one_report, pg::params{day}), first_text);
}

outcome<std::vector<std::string>> list_reconciliations(pg::connection& database, std::int32_t limit) {
    return read_all(database.query(latest_reports, pg::params{limit}), first_text);
}

status store_reconciliation(pg::connection& database, std::string_view day, std::string_view report,
                            instant now) {
    return as_status(database.query(store_report, pg::params{day, report, now}));
}

outcome<page<archived_notification>> list_notifications(pg::connection& database, std::string_view type,
                                                        std::string_view verdict, notification_id before,
                                                        std::int32_t limit) {
    return read_page(database.query(archive, pg::params{type, verdict, below(before), limit + 1}), limit,
                     [](const pg::row& row) {
                         archived_notification n;
                         row.read(n.id, n.type, n.business_key, n.content_type, n.verdict, n.reply, n.payment,
                                  n.deliveries, n.created_at, n.updated_at);
                         return n;
                     });
}

outcome<archived_notification> get_notification(pg::connection& database, notification_id id) {
    return read_one(database.query(archived, pg::params{id}), [](const pg::row& row) {
        archived_notification n;
        row.read(n.id, n.type, n.business_key, n.content_type, n.verdict, n.reply, n.payment, n.deliveries,
                 n.created_at, n.updated_at, n.body);
        return n;
    });
}

} // namespace atelier::queries
