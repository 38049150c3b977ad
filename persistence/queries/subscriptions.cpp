#include "persistence/queries/subscriptions.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement one_row{"subscription", R"(
    SELECT s.id, s.user_id, s.plan_id, s.scheduled_plan_id, s.status, s.cloudpayments_subscription_id,
        s.current_period_start, s.current_period_end, s.cancelled_at, b.revision, b.look_again_at,
        EXISTS (SELECT FROM subscription_cards c WHERE c.subscription_id = s.id)
    FROM subscriptions s LEFT JOIN subscription_books b ON b.subscription_id = s.id WHERE s.user_id = $1)"};

/// Of a row without a book: what was paid last stands for all that was paid, and its tokens were credited by
/// whoever wrote it.
constexpr pg::statement adopt{"subscription_adopt", R"(
    WITH adopted AS (
        INSERT INTO subscription_books (subscription_id, revision, look_again_at, updated_at)
        SELECT id, 1, $2, $2 FROM subscriptions WHERE user_id = $1 ON CONFLICT DO NOTHING RETURNING subscription_id),
    known AS (
        SELECT s.*, p.tokens_amount, p.price_cents, p.currency, p."interval", p.interval_count
        FROM subscriptions s JOIN adopted a ON a.subscription_id = s.id JOIN subscription_plans p ON p.id = s.plan_id),
    terms AS (
        INSERT INTO subscription_terms (subscription_id, plan_id, tokens_amount, price_cents, currency, "interval",
            interval_count, holds_from, scheduled, created_at)
        SELECT id, plan_id, tokens_amount, price_cents, currency, "interval", interval_count, current_period_start,
            false, $2 FROM known WHERE current_period_start IS NOT NULL AND current_period_end IS NOT NULL
        UNION ALL
        SELECT k.id, p.id, p.tokens_amount, p.price_cents, p.currency, p."interval", p.interval_count,
            k.current_period_end, true, $2
        FROM known k JOIN subscription_plans p ON p.id = k.scheduled_plan_id
        WHERE k.current_period_start IS NOT NULL AND k.current_period_end IS NOT NULL),
    charge AS (
        INSERT INTO subscription_charges (transaction_id, subscription_id, gateway_subscription_id, kind, plan_id,
            "interval", interval_count, amount_cents, currency, tokens_amount, paid_at, period_start, period_end,
            created_at)
        SELECT 'adopted:' || id, id, cloudpayments_subscription_id, 'first', plan_id, "interval", interval_count,
            price_cents, currency, 0, current_period_start, current_period_start, current_period_end, $2
        FROM known WHERE current_period_start IS NOT NULL AND current_period_end IS NOT NULL)
    INSERT INTO subscription_gateways (id, subscription_id, standing, successes, plan_id, tokens_amount, price_cents,
        currency, "interval", interval_count, began_at, unwanted, updated_at)
    SELECT cloudpayments_subscription_id, id, CASE status WHEN 'past_due' THEN 'PastDue' WHEN 'rejected'
            THEN 'Rejected' WHEN 'cancelled' THEN 'Cancelled' WHEN 'expired' THEN 'Expired' ELSE 'Active' END,
        0, plan_id, tokens_amount, price_cents, currency, "interval", interval_count, current_period_start, false, $2
    FROM known WHERE cloudpayments_subscription_id IS NOT NULL)"};

constexpr pg::statement all_terms{"subscription_terms", R"(
    SELECT plan_id, tokens_amount, price_cents, currency, "interval", interval_count, holds_from, scheduled
    FROM subscription_terms WHERE subscription_id = $1 ORDER BY holds_from, id)"};
constexpr pg::statement all_orders{"subscription_orders", R"(
    SELECT plan_id, plan_tokens_amount, price_cents, currency, "interval", interval_count, invoice_id, kind,
        amount_cents, tokens_amount, by_token, declined, transaction_id, expires_at, created_at
    FROM subscription_orders WHERE subscription_id = $1 ORDER BY created_at, invoice_id)"};
constexpr pg::statement all_charges{"subscription_charges", R"(
    SELECT transaction_id, invoice_id, gateway_subscription_id, kind, plan_id, "interval", interval_count,
        amount_cents, currency, tokens_amount, paid_at, period_start, period_end, token_purchase_id, refunded_cents
    FROM subscription_charges WHERE subscription_id = $1 ORDER BY paid_at, transaction_id)"};
constexpr pg::statement all_gateways{"subscription_gateways", R"(
    SELECT plan_id, tokens_amount, price_cents, currency, "interval", interval_count, id, standing, successes,
        began_at, unwanted
    FROM subscription_gateways WHERE subscription_id = $1 ORDER BY id)"};

constexpr pg::statement saved_card{"subscription_card",
                                   "SELECT token FROM subscription_cards WHERE subscription_id = $1"};

constexpr pg::statement waiting_refunds{"charge_refunds_waiting", R"(
    SELECT r.transaction_id, r.payment_transaction_id, r.amount_cents
    FROM subscription_charges c JOIN gateway_refunds r ON r.payment_transaction_id = c.transaction_id
    WHERE c.subscription_id = $1 AND r.applied_at IS NULL ORDER BY r.created_at, r.transaction_id)"};
constexpr pg::statement lots_of_refunds{"charge_refunds_lots", R"(
    SELECT DISTINCT p.id, p.token_package_id, p.tokens_remaining, coalesce(d.tokens, 0), p.purchased_at, p.expires_at
    FROM subscription_charges c JOIN gateway_refunds r ON r.payment_transaction_id = c.transaction_id
    JOIN token_purchases p ON p.id = c.token_purchase_id
    LEFT JOIN purchase_debts d ON d.token_purchase_id = p.id
    WHERE c.subscription_id = $1 AND r.applied_at IS NULL)"};

constexpr pg::statement subscriber_of_charge{"charge_subscriber", R"(
    SELECT s.user_id FROM subscription_charges c JOIN subscriptions s ON s.id = c.subscription_id
    WHERE c.transaction_id = $1)"};

constexpr pg::statement to_attend{"subscribers_to_attend", R"(
    SELECT user_id FROM (
        (SELECT s.user_id, b.look_again_at AS since FROM subscription_books b
         JOIN subscriptions s ON s.id = b.subscription_id
         WHERE b.look_again_at <= $1 ORDER BY b.look_again_at LIMIT $2)
        UNION ALL
        (SELECT s.user_id, s.created_at FROM subscriptions s
         WHERE NOT EXISTS (SELECT FROM subscription_books b WHERE b.subscription_id = s.id) LIMIT $2)
        UNION ALL
        (SELECT s.user_id, r.created_at FROM gateway_refunds r
         JOIN subscription_charges c ON c.transaction_id = r.payment_transaction_id
         JOIN subscriptions s ON s.id = c.subscription_id WHERE r.applied_at IS NULL LIMIT $2)) AS due
    GROUP BY user_id ORDER BY min(since) LIMIT $2)"};

constexpr pg::statement past_their_period{"gateways_past_their_period", R"(
    SELECT g.id FROM subscriptions s JOIN subscription_gateways g ON g.id = s.cloudpayments_subscription_id
    WHERE s.current_period_end < $1 AND g.standing NOT IN ('Cancelled', 'Rejected', 'Expired') ORDER BY g.id)"};

/// The columns of terms, which begin a row; then the caller's own.
template <class... Fields>
void read_terms(const pg::row& row, plan_terms& terms, Fields&... more) {
    std::string unit;
    row.read(terms.plan, terms.tokens_amount, terms.price_cents, terms.currency, unit, terms.interval.count,
             more...);
    terms.interval.unit = parse_interval_unit(unit).value_or(interval_unit::month); // as the CHECK demands
}

subscription_record to_row(const pg::row& row) {
    subscription_record s;
    std::string state;
    std::optional<instant> start;
    std::optional<instant> end;
    row.read(s.id, s.user, s.plan, s.scheduled_plan, state, s.gateway_subscription_id, start, end,
             s.cancelled_at, s.revision, s.look_again_at, s.card_known);
    s.status = parse_subscription_status(state).value_or(subscription_status::pending);
    if (start && end)
        s.period = billing_period{*start, *end};
    return s;
}

agreed_terms to_terms(const pg::row& row) {
    agreed_terms t;
    read_terms(row, t.terms, t.from, t.scheduled);
    return t;
}

subscription_order to_order(const pg::row& row) {
    subscription_order o;
    std::string kind;
    read_terms(row, o.terms, o.invoice_id, kind, o.amount_cents, o.tokens_amount, o.by_token, o.declined,
               o.transaction_id, o.expires_at, o.created_at);
    o.kind = parse_charge_kind(kind).value_or(charge_kind::first);
    return o;
}

subscription_charge to_charge(const pg::row& row) {
    subscription_charge c;
    std::string kind;
    std::string unit;
    row.read(c.transaction_id, c.invoice_id, c.gateway_subscription_id, kind, c.plan, unit, c.interval.count,
             c.amount_cents, c.currency, c.tokens_amount, c.paid_at, c.period.start, c.period.end, c.lot,
             c.refunded_cents);
    c.kind = parse_charge_kind(kind).value_or(charge_kind::renewal);
    c.interval.unit = parse_interval_unit(unit).value_or(interval_unit::month);
    return c;
}

subscription_at_gateway to_gateway(const pg::row& row) {
    subscription_at_gateway g;
    plan_terms terms;
    std::string standing;
    read_terms(row, terms, g.id, standing, g.successes, g.began_at, g.unwanted);
    g.standing = parse_gateway_standing(standing);
    if (terms.plan)
        g.terms = std::move(terms);
    return g;
}

/// Moves what was read to `to`; false, and why, when it could not be read.
template <class T>
bool take(outcome<T> read, T& to, status& why) {
    if (!read) {
        why = read.error();
        return false;
    }
    to = std::move(*read);
    return true;
}

outcome<std::optional<subscription_record>> find_row(pg::connection& database, user_id user, instant now) {
    auto row = read_optional(database.query(one_row, pg::params{user}), to_row);
    if (!row || !*row || (*row)->revision > 0)
        return row;
    if (auto adopted = database.query(adopt, pg::params{user, now}); !adopted)
        return std::move(adopted).error();
    return read_optional(database.query(one_row, pg::params{user}), to_row);
}

} // namespace

outcome<subscription_book> load_subscription(pg::connection& database, user_id user, instant now) {
    subscription_book book;
    auto row = find_row(database, user, now);
    if (!row)
        return row.error();
    if (!*row) {
        book.row.user = user;
        return book;
    }
    book.row = std::move(**row);
    const pg::params of{book.row.id};
    status why{done{}};
    if (take(read_all(database.query(all_terms, of), to_terms), book.terms, why) &&
        take(read_all(database.query(all_orders, of), to_order), book.orders, why) &&
        take(read_all(database.query(all_charges, of), to_charge), book.charges, why) &&
        take(read_all(database.query(all_gateways, of), to_gateway), book.gateways, why))
        return book;
    return why.error();
}

outcome<std::string> get_saved_card(pg::connection& database, subscription_id subscription) {
    auto token = read_optional(database.query(saved_card, pg::params{subscription}),
                               [](const pg::row& row) { return row.at<std::string>(0); });
    if (!token)
        return token.error();
    return std::move(*token).value_or("");
}

outcome<charge_refunds> find_charge_refunds(pg::connection& database, subscription_id subscription) {
    charge_refunds found;
    const pg::params of{subscription};
    status why{done{}};
    const auto to_lot = [](const pg::row& row) {
        purchase_record p;
        row.read(p.id, p.package, p.remaining, p.debt, p.purchased_at, p.expires_at);
        return p;
    };
    if (take(read_all(database.query(waiting_refunds, of), to_refund), found.waiting, why) &&
        (found.waiting.empty() ||
         take(read_all(database.query(lots_of_refunds, of), to_lot), found.lots, why)))
        return found;
    return why.error();
}

outcome<user_id> find_subscriber(pg::connection& database, std::string_view transaction_id) {
    return read_one(database.query(subscriber_of_charge, pg::params{transaction_id}),
                    [](const pg::row& row) { return row.at<user_id>(0); });
}

outcome<std::vector<user_id>> list_subscribers_to_attend(pg::connection& database, instant now,
                                                         std::int32_t limit) {
    return read_all(database.query(to_attend, pg::params{now, limit}),
                    [](const pg::row& row) { return row.at<user_id>(0); });
}

outcome<std::vector<std::string>> list_gateways_past_their_period(pg::connection& database, instant moment) {
    return read_all(database.query(past_their_period, pg::params{moment}),
                    [](const pg::row& row) { return row.at<std::string>(0); });
}

} // namespace atelier::queries
