#include "persistence/audit.hpp"

#include <array>

namespace atelier {
namespace {

constexpr std::size_t most_examples = 5;

/// An invariant in SQL: how many rows were looked at, how many broke it, and the first few of those, one a
/// line.
struct check {
    const char* invariant;
    pg::statement statement;
};

/// What follows `WITH looked_at AS (…), bad AS (… AS example …)`.
constexpr const char* report = R"(
    SELECT (SELECT count(*) FROM looked_at), (SELECT count(*) FROM bad),
        (SELECT string_agg(example, E'\n') FROM (SELECT example FROM bad ORDER BY example LIMIT 5) first))";

constexpr std::array checks{
    check{"The journal of every lot adds up to its remaining tokens, and none is below zero",
          {"audit_lots", R"(
    WITH looked_at AS (
        SELECT p.id, p.tokens_remaining, coalesce(t.total, 0) AS total FROM token_purchases p
        LEFT JOIN (SELECT token_purchase_id, sum(amount) AS total FROM token_transactions GROUP BY 1) t
            ON t.token_purchase_id = p.id),
    bad AS (
        SELECT format('purchase %s holds %s, its journal says %s', id, tokens_remaining, total) AS example
        FROM looked_at WHERE tokens_remaining <> total OR tokens_remaining < 0))",
           report}},
    check{"The journal of every user adds up to the remaining tokens of the user's lots",
          {"audit_users", R"(
    WITH looked_at AS (
        SELECT u.id, coalesce(p.total, 0) AS held, coalesce(t.total, 0) AS booked FROM users u
        LEFT JOIN (SELECT user_id, sum(tokens_remaining) AS total FROM token_purchases GROUP BY 1) p ON p.user_id = u.id
        LEFT JOIN (SELECT user_id, sum(amount) AS total FROM token_transactions GROUP BY 1) t ON t.user_id = u.id),
    bad AS (
        SELECT format('user %s holds %s, the journal says %s', id, held, booked) AS example
        FROM looked_at WHERE held <> booked))",
           report}},
    check{"Every journal row belongs to the user of its lot and of its generation",
          {"audit_owners", R"(
    WITH looked_at AS (
        SELECT t.id, t.user_id, p.user_id AS lot_user, g.user_id AS generation_user FROM token_transactions t
        LEFT JOIN token_purchases p ON p.id = t.token_purchase_id LEFT JOIN generations g ON g.id = t.generation_id),
    bad AS (
        SELECT format('transaction %s of user %s', id, user_id) AS example
        FROM looked_at WHERE user_id <> coalesce(lot_user, user_id) OR user_id <> coalesce(generation_user, user_id)))",
           report}},
    check{"Every generation has exactly one spend of its cost",
          {"audit_spends", R"(
    WITH looked_at AS (
        SELECT g.id, coalesce(r.cost, -t.total) AS cost, coalesce(-t.total, 0) AS spent, coalesce(t.repeated, false) AS repeated
        FROM generations g LEFT JOIN generation_runs r ON r.generation_id = g.id
        LEFT JOIN (
            SELECT generation_id, sum(amount) AS total, count(*) > count(DISTINCT token_purchase_id) AS repeated
            FROM token_transactions WHERE operation = 'spend' GROUP BY 1) t ON t.generation_id = g.id),
    bad AS (
        SELECT format('generation %s costs %s, spent %s', id, cost, spent) AS example
        FROM looked_at WHERE cost IS NULL OR cost <> spent OR repeated))",
           report}},
    check{"Every failed generation is refunded in full, and no other one is",
          {"audit_refunds", R"(
    WITH looked_at AS (
        SELECT g.id, g.status, coalesce(-sum(t.amount) FILTER (WHERE t.operation = 'spend'), 0) AS spent,
            coalesce(sum(t.amount) FILTER (WHERE t.operation = 'refund'), 0) AS refunded
        FROM generations g LEFT JOIN token_transactions t ON t.generation_id = g.id GROUP BY g.id, g.status),
    bad AS (
        SELECT format('generation %s is %s, spent %s, refunded %s', id, status, spent, refunded) AS example
        FROM looked_at WHERE refunded <> CASE WHEN status = 'failed' THEN spent ELSE 0 END))",
           report}},
    check{"Every paid payment has exactly one lot with exactly one credit of the package's amount, and no "
          "other has any",
          {"audit_payments", R"(
    WITH looked_at AS (
        SELECT p.id, p.status, p.status IN ('paid', 'partially_refunded', 'refunded') AS paid, k.tokens_amount,
            count(DISTINCT l.id) AS lots, count(t.id) AS credits, coalesce(sum(t.amount), 0) AS credited,
            coalesce(bool_and(l.user_id = p.user_id), true) AS own
        FROM payments p JOIN token_packages k ON k.id = p.token_package_id
        LEFT JOIN payment_purchases b ON b.payment_id = p.id LEFT JOIN token_purchases l ON l.id = b.token_purchase_id
        LEFT JOIN token_transactions t ON t.token_purchase_id = l.id AND t.operation = 'purchase'
        GROUP BY p.id, p.status, k.tokens_amount),
    bad AS (
        SELECT format('payment %s is %s: %s lots, %s credits, %s of %s tokens', id, status, lots, credits, credited,
            tokens_amount) AS example
        FROM looked_at
        WHERE NOT own OR (paid AND (lots <> 1 OR credits <> 1 OR credited <> tokens_amount)) OR (NOT paid AND lots <> 0)))",
           report}},
    check{"What was given back of a payment was taken from its lot, or is the lot's debt",
          {"audit_clawbacks", R"(
    WITH looked_at AS (
        SELECT p.id, p.status, p.amount_cents, coalesce(r.cents, 0) AS cents, coalesce(r.due, 0) AS due,
            coalesce(s.refunded_cents, 0) AS noted, coalesce(d.tokens, 0) AS debt,
            (SELECT coalesce(-sum(t.amount), 0) FROM token_transactions t
             WHERE t.token_purchase_id = b.token_purchase_id AND t.operation = 'clawback') AS taken
        FROM payments p JOIN payment_purchases b ON b.payment_id = p.id
        LEFT JOIN (SELECT payment_id, sum(amount_cents) AS cents, sum(tokens_due) AS due FROM gateway_refunds
                   WHERE applied_at IS NOT NULL GROUP BY 1) r ON r.payment_id = p.id
        LEFT JOIN payment_refunds s ON s.payment_id = p.id
        LEFT JOIN purchase_debts d ON d.token_purchase_id = b.token_purchase_id),
    bad AS (
        SELECT format('payment %s is %s: %s of %s cents given back (noted: %s), %s tokens due, %s taken, %s owed', id,
            status, cents, amount_cents, noted, due, taken, debt) AS example
        FROM looked_at
        WHERE cents <> noted OR due <> taken + debt OR status <> CASE WHEN cents = 0 THEN 'paid'
            WHEN cents >= amount_cents THEN 'refunded' ELSE 'partially_refunded' END))",
           report}},
    check{"Every charge of a subscription has exactly one lot with exactly one credit of its tokens, and its "
          "refunds were taken from that lot, or are its debt",
          {"audit_charges", R"(
    WITH looked_at AS (
        SELECT c.transaction_id, c.tokens_amount, c.refunded_cents, c.token_purchase_id AS lot,
            coalesce(l.user_id = s.user_id, c.tokens_amount = 0) AS own, coalesce(t.credits, 0) AS credits,
            coalesce(t.credited, 0) AS credited, coalesce(t.taken, 0) AS taken, coalesce(d.tokens, 0) AS debt,
            coalesce(r.cents, 0) AS cents, coalesce(r.due, 0) AS due
        FROM subscription_charges c JOIN subscriptions s ON s.id = c.subscription_id
        LEFT JOIN token_purchases l ON l.id = c.token_purchase_id
        LEFT JOIN (SELECT token_purchase_id, count(*) FILTER (WHERE operation = 'subscription') AS credits,
                       sum(amount) FILTER (WHERE operation = 'subscription') AS credited,
                       -sum(amount) FILTER (WHERE operation = 'clawback') AS taken
                   FROM token_transactions GROUP BY 1) t ON t.token_purchase_id = c.token_purchase_id
        LEFT JOIN purchase_debts d ON d.token_purchase_id = c.token_purchase_id
        LEFT JOIN (SELECT payment_transaction_id, sum(amount_cents) AS cents, sum(tokens_due) AS due
                   FROM gateway_refunds WHERE applied_at IS NOT NULL GROUP BY 1) r
            ON r.payment_transaction_id = c.transaction_id),
    bad AS (
        SELECT format('charge %s: %s credits, %s of %s tokens, %s of %s cents given back, %s tokens due, %s taken, %s owed',
            transaction_id, credits, credited, tokens_amount, refunded_cents, cents, due, taken, debt) AS example
        FROM looked_at
        WHERE NOT own OR credited <> tokens_amount OR credits <> CASE WHEN tokens_amount > 0 THEN 1 ELSE 0 END
            OR refunded_cents <> cents OR (lot IS NOT NULL AND due <> taken + debt)))",
           report}},
    check{"The status of a subscription fits what was paid",
          {"audit_subscriptions", R"(
    WITH looked_at AS (
        SELECT s.id, s.status, s.current_period_end, max(c.period_end) AS paid_until, b.revision,
            (SELECT count(*) FROM subscription_charges f WHERE f.subscription_id = s.id AND f.kind <> 'upgrade') AS periods
        FROM subscriptions s JOIN subscription_books b ON b.subscription_id = s.id
        LEFT JOIN subscription_charges c ON c.subscription_id = s.id AND c.kind <> 'upgrade'
        GROUP BY s.id, b.revision),
    bad AS (
        SELECT format('subscription %s is %s until %s, paid until %s', id, status, current_period_end, paid_until)
            AS example
        FROM looked_at WHERE current_period_end IS DISTINCT FROM paid_until OR (periods > 0 AND status = 'pending')
            OR (periods = 0 AND status IN ('active', 'past_due'))))",
           report}},
    check{"Every lot that was bought belongs to one payment",
          {"audit_bought", R"(
    WITH looked_at AS (
        SELECT t.id, t.token_purchase_id AS lot,
            (SELECT count(*) FROM payment_purchases b WHERE b.token_purchase_id = t.token_purchase_id) AS payments
        FROM token_transactions t WHERE t.operation = 'purchase'),
    bad AS (SELECT format('transaction %s: lot %s of %s payments', id, lot, payments) AS example
        FROM looked_at WHERE payments <> 1))",
           report}},
    check{"Every lot of a subscription belongs to one charge",
          {"audit_periods", R"(
    WITH looked_at AS (
        SELECT t.id, t.token_purchase_id AS lot,
            (SELECT count(*) FROM subscription_charges c WHERE c.token_purchase_id = t.token_purchase_id) AS charges
        FROM token_transactions t WHERE t.operation = 'subscription'),
    bad AS (SELECT format('transaction %s: lot %s of %s charges', id, lot, charges) AS example
        FROM looked_at WHERE charges <> 1))",
           report}},
    check{"No journal row was ever changed, and the table refuses it",
          {"audit_journal", R"(
    WITH looked_at AS (SELECT id, created_at, updated_at FROM token_transactions),
    bad AS (
        SELECT format('transaction %s was updated', id) AS example FROM looked_at WHERE updated_at <> created_at
        UNION ALL
        SELECT 'the table lacks its append-only trigger' WHERE NOT EXISTS (
            SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
            WHERE t.tgrelid = 'token_transactions'::regclass AND t.tgenabled = 'A' AND f.proname = 'refuse_journal_change'
                AND t.tgtype::integer & 59 = 58)))", // before, not for each row; delete, update and truncate
           report}},
    check{"Nothing is left of the files of deleted images, and only final generations are deleted",
          {"audit_deleted", R"(
    WITH looked_at AS (
        SELECT format('image %s is deleted and has a file', d.image_id) AS example, EXISTS (
            SELECT FROM active_storage_attachments a WHERE a.record_type = 'Image' AND a.record_id = d.image_id) AS broken
        FROM deleted_images d
        UNION ALL
        SELECT format('image %s is deleted and needed by generation %s', d.image_id, g.id),
            g.status IN ('queued', 'running')
        FROM deleted_images d JOIN generations g ON g.input_image_id = d.image_id
        UNION ALL
        SELECT format('generation %s is deleted, %s, its output is not', g.id, g.status),
            g.status IN ('queued', 'running') OR (g.output_image_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM deleted_images i WHERE i.image_id = g.output_image_id))
        FROM deleted_generations d JOIN generations g ON g.id = d.generation_id),
    bad AS (SELECT example FROM looked_at WHERE broken))",
           report}},
    check{"A transaction of the gateway belongs to at most one payment",
          {"audit_gateway", R"(
    WITH looked_at AS (
        SELECT cloudpayments_transaction_id AS number, count(*) AS payments FROM payments
        WHERE cloudpayments_transaction_id IS NOT NULL GROUP BY 1),
    bad AS (SELECT format('gateway transaction %s: %s payments', number, payments) AS example
        FROM looked_at WHERE payments > 1))",
           report}},
    check{"An idempotency key of a user, and a business key of the gateway, has at most one effect",
          {"audit_keys", R"(
    WITH looked_at AS (
        SELECT format('key of user %s', user_id) AS what, count(*) AS effects FROM idempotency_keys GROUP BY user_id, key
        UNION ALL
        SELECT format('notification %s', business_key), count(*) FROM gateway_notifications GROUP BY business_key),
    bad AS (SELECT format('%s: %s effects', what, effects) AS example FROM looked_at WHERE effects > 1))",
           report}},
};

/// The output files of succeeded generations, a page at a time.
constexpr const char* files_invariant =
    "Every succeeded generation has an output image with its file, unless that was deleted";
constexpr std::int32_t files_page = 1'000;
constexpr pg::statement output_files{"audit_files", R"(
    SELECT g.id, b.id, b.key, b.checksum, b.byte_size FROM generations g
    LEFT JOIN images i ON i.id = g.output_image_id AND i.kind = 'output' AND i.user_id = g.user_id
    LEFT JOIN active_storage_attachments a ON a.record_type = 'Image' AND a.name = 'file' AND a.record_id = i.id
    LEFT JOIN active_storage_blobs b ON b.id = a.blob_id
    WHERE g.status = 'succeeded' AND g.id > $1
        AND NOT EXISTS (SELECT FROM deleted_images d WHERE d.image_id = g.output_image_id)
    ORDER BY g.id LIMIT $2)"};

std::vector<std::string> lines(std::string_view text) {
    std::vector<std::string> all;
    while (!text.empty()) {
        const auto end = text.find('\n');
        all.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return all;
}

outcome<audit_finding> run(pg::connection& database, const check& what) {
    auto found = database.query(what.statement);
    if (!found)
        return std::move(found).error();
    audit_finding finding;
    finding.invariant = what.invariant;
    std::string examples;
    (*found)[0].read(finding.checked, finding.violations, examples);
    finding.examples = lines(examples);
    return finding;
}

void note(audit_finding& finding, std::string example) {
    ++finding.violations;
    if (finding.examples.size() < most_examples)
        finding.examples.push_back(std::move(example));
}

status check_file(const pg::row& row, const file_check& file_ok, audit_finding& finding) {
    generation_id generation;
    blob_id blob;
    std::string key;
    std::string checksum;
    std::int64_t size = 0;
    row.read(generation, blob, key, checksum, size);
    ++finding.checked;
    const auto label = "generation " + std::to_string(generation.value);
    if (!blob) {
        note(finding, label + " has no output image with a file");
        return done{};
    }
    const auto same = file_ok(key, checksum, size);
    if (!same)
        return same.error();
    if (!*same)
        note(finding, label + ": the file of blob " + std::to_string(blob.value) + " is missing or damaged");
    return done{};
}

outcome<audit_finding> check_files(pg::connection& database, const file_check& file_ok) {
    audit_finding finding;
    finding.invariant = files_invariant;
    for (std::int64_t above = 0;;) {
        auto found = database.query(output_files, pg::params{above, files_page});
        if (!found)
            return std::move(found).error();
        if (found->empty())
            return finding;
        for (const auto row : *found)
            if (auto checked = check_file(row, file_ok, finding); !checked)
                return std::move(checked).error();
        above = (*found)[found->size() - 1].at<std::int64_t>(0);
    }
}

outcome<std::vector<audit_finding>> run_all(pg::connection& database, const file_check& file_ok,
                                            const audit_progress& go_on) {
    std::vector<audit_finding> findings;
    const auto next = [&](std::string_view invariant) {
        return !go_on || go_on(findings.size() + 1, checks.size() + 1, invariant);
    };
    for (const auto& what : checks) {
        if (!next(what.invariant))
            return errc::unavailable;
        auto finding = run(database, what);
        if (!finding)
            return std::move(finding).error();
        findings.push_back(*std::move(finding));
    }
    if (!next(files_invariant))
        return errc::unavailable;
    auto files = check_files(database, file_ok);
    if (!files)
        return std::move(files).error();
    findings.push_back(*std::move(files));
    return findings;
}

} // namespace

outcome<std::vector<audit_finding>> audit(pg::connection& database, const file_check& file_ok,
                                          const audit_progress& go_on) {
    if (auto begun = database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); !begun)
        return std::move(begun).error();
    auto findings = run_all(database, file_ok, go_on);
    if (auto ended = database.execute("ROLLBACK"); findings && !ended)
        return std::move(ended).error();
    return findings;
}

} // namespace atelier
