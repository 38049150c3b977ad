#include "persistence/batch_statements.hpp"

namespace atelier {
namespace {

constexpr pg::statement begin{"batch_begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr pg::statement commit{"batch_commit", "COMMIT"};

/// Lets the batch be found afterwards, and refuses to write it twice.
constexpr pg::statement note_position{"batch_position", R"(
    WITH changed AS (
        INSERT INTO writer_positions AS p (writer, epoch, batch, updated_at)
        VALUES ($1, $2, $3, now() AT TIME ZONE 'utc')
        ON CONFLICT (writer, epoch) DO UPDATE SET batch = excluded.batch, updated_at = excluded.updated_at
        WHERE p.batch < excluded.batch RETURNING 1)
    SELECT atelier_expect(count(*), 1, 'writer_positions') FROM changed)"};

// The foreign keys of a batch, in a session that skips their triggers. The locks last until the end of the
// transaction, exactly as those of the triggers do.
constexpr pg::statement refer_to_users{"batch_refer_users", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'users')
    FROM (SELECT FROM users WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};
constexpr pg::statement refer_to_images{"batch_refer_images", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'images')
    FROM (SELECT FROM images i JOIN unnest($1::bigint[], $2::bigint[]) AS t (id, owner)
          ON i.id = t.id AND i.user_id = t.owner FOR KEY SHARE OF i) AS locked)"};
constexpr pg::statement refer_to_styles{"batch_refer_styles", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'styles')
    FROM (SELECT FROM styles WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};
constexpr pg::statement refer_to_packages{"batch_refer_packages", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'token_packages')
    FROM (SELECT FROM token_packages WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};
constexpr pg::statement refer_to_purchases{"batch_refer_purchases", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'token_purchases')
    FROM (SELECT FROM token_purchases WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};
constexpr pg::statement refer_to_generations{"batch_refer_generations", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'generations')
    FROM (SELECT FROM generations WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};
constexpr pg::statement refer_to_payments{"batch_refer_payments", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'payments')
    FROM (SELECT FROM payments WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};

constexpr pg::statement refer_to_plans{"batch_refer_plans", R"(
    SELECT atelier_refer(count(*), cardinality($1), 'subscription_plans')
    FROM (SELECT FROM subscription_plans WHERE id = ANY ($1::bigint[]) FOR KEY SHARE) AS locked)"};

/// An image that its owner has deleted may have kept its row (delete_image of queries/library.hpp), so that
/// the row's being there proves nothing. Who deletes it holds the row until that is committed: this comes
/// after the lock, and sees it.
constexpr pg::statement refuse_deleted_images{"batch_deleted_images", R"(
    SELECT atelier_refer(cardinality($1) - count(*), cardinality($1), 'images')
    FROM deleted_images WHERE image_id = ANY ($1::bigint[]))"};

constexpr pg::statement insert_images{"batch_images", R"(
    WITH input AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::bigint[],
            $15::timestamp[])
        AS t (id, user_id, kind, room_type, metadata, blob_id, key, filename, content_type, blob_metadata,
            service_name, byte_size, checksum, attachment_id, at)),
    image AS (
        INSERT INTO images (id, user_id, kind, room_type, metadata, created_at, updated_at)
        SELECT id, user_id, kind, nullif(room_type, ''), nullif(metadata, '')::json, at, at FROM input),
    blob AS (
        INSERT INTO active_storage_blobs
            (id, key, filename, content_type, metadata, service_name, byte_size, checksum, created_at)
        SELECT blob_id, key, filename, content_type, blob_metadata, service_name, byte_size, checksum, at FROM input)
    INSERT INTO active_storage_attachments (id, name, record_type, record_id, blob_id, created_at)
    SELECT attachment_id, 'file', 'Image', id, blob_id, at FROM input)"};

constexpr pg::statement insert_generations{"batch_generations", R"(
    WITH input AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::bigint[],
            $7::text[], $8::timestamp[], $9::timestamp[])
        AS t (id, user_id, input_image_id, style_id, cost, seed, parameters, deadline, at)),
    generation AS (
        INSERT INTO generations (id, user_id, input_image_id, style_id, status, created_at, updated_at)
        SELECT id, user_id, input_image_id, style_id, 'queued', at, at FROM input)
    INSERT INTO generation_runs (generation_id, cost, seed, parameters, deadline, created_at, updated_at)
    SELECT id, cost, seed, parameters::json, deadline, at, at FROM input)"};

constexpr pg::statement insert_payments{"batch_payments", R"(
    WITH input AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
            $7::timestamp[], $8::timestamp[])
        AS t (id, user_id, token_package_id, amount_cents, currency, invoice_id, expires_at, at)),
    payment AS (
        INSERT INTO payments (id, user_id, token_package_id, amount_cents, currency, status,
            cloudpayments_invoice_id, created_at, updated_at)
        SELECT id, user_id, token_package_id, amount_cents, currency, 'pending', invoice_id, at, at FROM input)
    INSERT INTO payment_orders (payment_id, expires_at, created_at) SELECT id, expires_at, at FROM input)"};

constexpr pg::statement insert_purchases{"batch_purchases", R"(
    WITH input AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::timestamp[],
            $6::timestamp[], $7::bigint[], $8::timestamp[])
        AS t (id, user_id, token_package_id, remaining, purchased_at, expires_at, payment_id, at)),
    purchase AS (
        INSERT INTO token_purchases (id, user_id, token_package_id, tokens_remaining, purchased_at, expires_at,
            created_at, updated_at)
        SELECT id, user_id, token_package_id, remaining, purchased_at, expires_at, at, at FROM input)
    INSERT INTO payment_purchases (payment_id, token_purchase_id, created_at)
    SELECT payment_id, id, at FROM input WHERE payment_id IS NOT NULL)"};

constexpr pg::statement update_lots{"batch_lots", R"(
    WITH changed AS (
        UPDATE token_purchases p
        SET tokens_remaining = t.remaining, expires_at = coalesce(t.expires_at, p.expires_at), updated_at = t.at
        FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::timestamp[], $5::timestamp[], $6::bigint[])
            AS t (id, expected, remaining, expires_at, at, user_id)
        WHERE p.id = t.id AND p.tokens_remaining = t.expected AND p.user_id = t.user_id RETURNING 1)
    SELECT atelier_expect(count(*), cardinality($1), 'token_purchases') FROM changed)"};

constexpr pg::statement insert_journal{"batch_journal", R"(
    INSERT INTO token_transactions
        (id, user_id, token_purchase_id, generation_id, operation, amount, created_at, updated_at)
    SELECT id, user_id, token_purchase_id, generation_id, operation, amount, at, at
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::integer[], $7::timestamp[])
        AS t (id, user_id, token_purchase_id, generation_id, operation, amount, at))"};

constexpr pg::statement insert_reopenings{"batch_reopenings", R"(
    INSERT INTO reopened_lots (token_transaction_id, expires_at, created_at)
    SELECT * FROM unnest($1::bigint[], $2::timestamp[], $3::timestamp[]))"};

constexpr pg::statement update_generations{"batch_generation_changes", R"(
    WITH changed AS (
        UPDATE generations g
        SET status = t.status, output_image_id = coalesce(t.output_image_id, g.output_image_id),
            error = coalesce(nullif(t.error, ''), g.error), updated_at = t.at
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamp[])
            AS t (id, expected, status, output_image_id, error, at)
        WHERE g.id = t.id AND g.status = t.expected RETURNING 1)
    SELECT atelier_expect(count(*), cardinality($1), 'generations') FROM changed)"};

/// A generation that another program inserted has no run; then there is nothing to remember.
constexpr pg::statement update_runs{"batch_runs", R"(
    UPDATE generation_runs r
    SET engine = CASE WHEN t.engine = '' THEN r.engine ELSE t.engine END,
        engine_job = CASE WHEN t.engine = '' THEN r.engine_job ELSE t.engine_job END,
        attempt = coalesce(nullif(t.attempt, 0), r.attempt),
        started_at = coalesce(t.started_at, r.started_at), finished_at = coalesce(t.finished_at, r.finished_at),
        updated_at = t.at
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::timestamp[], $6::timestamp[],
        $7::timestamp[]) AS t (id, engine, engine_job, attempt, started_at, finished_at, at)
    WHERE r.generation_id = t.id)"};

constexpr pg::statement update_payments{"batch_payment_changes", R"(
    WITH changed AS (
        UPDATE payments p
        SET status = t.status, updated_at = t.at, paid_at = coalesce(t.paid_at, p.paid_at),
            cloudpayments_transaction_id = coalesce(nullif(t.transaction_id, ''), p.cloudpayments_transaction_id),
            card_type = coalesce(nullif(t.card_type, ''), p.card_type),
            card_last_four = coalesce(nullif(t.card_last_four, ''), p.card_last_four)
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamp[],
            $8::timestamp[]) AS t (id, expected, status, transaction_id, card_type, card_last_four, paid_at, at)
        WHERE p.id = t.id AND p.status = t.expected RETURNING 1)
    SELECT atelier_expect(count(*), cardinality($1), 'payments') FROM changed)"};

/// The archive keeps the verdict of the delivery that had an effect: a repeat has none, but it may also be
/// the first that finds its payment.
constexpr pg::statement insert_notifications{"batch_notifications", R"(
    INSERT INTO gateway_notifications AS n
        (business_key, type, body, content_type, verdict, reply, payment_id, deliveries, created_at, updated_at)
    SELECT business_key, type, body, content_type, verdict, reply, payment_id, deliveries, at, at
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::integer[], $9::timestamp[])
        AS t (business_key, type, body, content_type, verdict, reply, payment_id, deliveries, at)
    ON CONFLICT (business_key)
        DO UPDATE SET deliveries = n.deliveries + excluded.deliveries, updated_at = excluded.updated_at,
            verdict = CASE WHEN excluded.verdict IN ('credited', 'authorized', 'cancelled', 'refund_recorded')
                THEN excluded.verdict ELSE n.verdict END,
            payment_id = coalesce(n.payment_id, excluded.payment_id))"};

constexpr pg::statement insert_refunds{"batch_refunds", R"(
    INSERT INTO gateway_refunds (transaction_id, payment_transaction_id, amount_cents, created_at)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamp[])
    ON CONFLICT (transaction_id) DO NOTHING)"};

constexpr pg::statement apply_refunds{"batch_refund_applications", R"(
    WITH input AS (
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::timestamp[])
        AS t (transaction_id, payment_id, expected_cents, refunded_cents, tokens_due, at)),
    applied AS (
        UPDATE gateway_refunds r SET payment_id = t.payment_id, tokens_due = t.tokens_due, applied_at = t.at
        FROM input t WHERE r.transaction_id = t.transaction_id AND r.applied_at IS NULL RETURNING 1),
    total AS (
        INSERT INTO payment_refunds AS p (payment_id, refunded_cents, updated_at)
        SELECT t.payment_id, t.refunded_cents, t.at FROM input t
        WHERE t.expected_cents = coalesce((SELECT refunded_cents FROM payment_refunds WHERE payment_id = t.payment_id), 0)
        ON CONFLICT (payment_id) DO UPDATE SET refunded_cents = excluded.refunded_cents, updated_at = excluded.updated_at
        WHERE p.refunded_cents < excluded.refunded_cents RETURNING 1)
    SELECT atelier_expect((SELECT count(*) FROM applied) + (SELECT count(*) FROM total), 2 * cardinality($1),
        'gateway_refunds'))"};

constexpr pg::statement update_debts{"batch_debts", R"(
    WITH changed AS (
        INSERT INTO purchase_debts AS d (token_purchase_id, tokens, updated_at)
        SELECT t.id, t.debt, t.at
        FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::timestamp[]) AS t (id, expected, debt, at)
        WHERE t.expected = coalesce((SELECT tokens FROM purchase_debts WHERE token_purchase_id = t.id), 0)
        ON CONFLICT (token_purchase_id) DO UPDATE SET tokens = excluded.tokens, updated_at = excluded.updated_at
        RETURNING 1)
    SELECT atelier_expect(count(*), cardinality($1), 'purchase_debts') FROM changed)"};

/// A key that has expired may be used again, also before it is purged.
constexpr pg::statement insert_idempotency{"batch_idempotency", R"(
    WITH changed AS (
        INSERT INTO idempotency_keys AS k (user_id, key, fingerprint, response_status, response_body,
            response_location, expires_at, created_at)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[],
            $7::timestamp[], $8::timestamp[])
        ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint,
            response_status = excluded.response_status, response_body = excluded.response_body,
            response_location = excluded.response_location, expires_at = excluded.expires_at,
            created_at = excluded.created_at
        WHERE k.expires_at <= excluded.created_at RETURNING 1)
    SELECT atelier_expect(count(*), cardinality($1), 'idempotency_keys') FROM changed)"};

constexpr pg::statement insert_outbox{"batch_outbox", R"(
    INSERT INTO outbox (kind, payload, due_at, created_at, updated_at)
    SELECT kind, payload::json, at, at, at FROM unnest($1::text[], $2::text[], $3::timestamp[])
        AS t (kind, payload, at))"};

/// One for each endpoint that wants the event; mostly there is none. The locks prove what is referred to.
constexpr pg::statement insert_webhooks{"batch_webhooks", R"(
    INSERT INTO outbox (kind, payload, due_at, webhook_endpoint_id, event_id, event_type, created_at, updated_at)
    SELECT 'webhook', t.payload::json, t.at, e.id, t.id, t.type, t.at, t.at
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamp[]) AS t (user_id, id, type, payload, at)
    JOIN webhook_endpoints e ON e.user_id = t.user_id AND e.disabled_at IS NULL
        AND (e.events = '{}' OR t.type = ANY (e.events))
    FOR KEY SHARE OF e)"};

std::vector<pg::binary> as_binary(const std::vector<std::string_view>& texts) {
    std::vector<pg::binary> all;
    all.reserve(texts.size());
    for (const auto text : texts)
        all.push_back({text});
    return all;
}

} // namespace

template <class... Columns>
void batch_statements::add(const pg::statement& what, const Columns&... columns) {
    auto& with = params_.at(commands_.size() - 1); // the first command, BEGIN, has none
    with.clear();
    (with.add(columns), ...);
    commands_.push_back({&what, &with});
}

void batch_statements::add_proof(const references& needed) {
    if (!needed.users.empty())
        add(refer_to_users, needed.users);
    if (!needed.images.id.empty())
        add(refer_to_images, needed.images.id, needed.images.owner);
    if (!needed.styles.empty())
        add(refer_to_styles, needed.styles);
    if (!needed.packages.empty())
        add(refer_to_packages, needed.packages);
    if (!needed.purchases.empty())
        add(refer_to_purchases, needed.purchases);
    if (!needed.generations.empty())
        add(refer_to_generations, needed.generations);
    if (!needed.payments.empty())
        add(refer_to_payments, needed.payments);
    if (!needed.plans.empty())
        add(refer_to_plans, needed.plans);
}

std::span<const pg::command> batch_statements::encode(const batch& data, const batch_position& position,
                                                      bool prove_references) {
    commands_.assign(1, {&begin, nullptr});
    add(note_position, position.writer, position.epoch, position.number);
    const references needed{data};
    if (prove_references)
        add_proof(needed);
    else if (!needed.images.id.empty())
        add(refer_to_images, needed.images.id, needed.images.owner);
    if (!needed.images.id.empty())
        add(refuse_deleted_images, needed.images.id);
    // Rows come before those that refer to them.
    if (const auto& c = data.images; !c.id.empty())
        add(insert_images, c.id, c.user, c.kind, c.room_type, c.metadata, c.blob, c.key, c.filename,
            c.content_type, c.blob_metadata, c.service_name, c.byte_size, c.checksum, c.attachment, c.at);
    if (const auto& c = data.generations; !c.id.empty())
        add(insert_generations, c.id, c.user, c.input_image, c.style, c.cost, c.seed, c.parameters,
            c.deadline, c.at);
    if (const auto& c = data.payments; !c.id.empty())
        add(insert_payments, c.id, c.user, c.package, c.amount_cents, c.currency, c.invoice_id, c.expires_at,
            c.at);
    if (const auto& c = data.purchases; !c.id.empty())
        add(insert_purchases, c.id, c.user, c.package, c.remaining, c.purchased_at, c.expires_at, c.payment,
            c.at);
    if (const auto& c = data.lots; !c.id.empty())
        add(update_lots, c.id, c.expected, c.remaining, c.expires_at, c.at, c.user);
    if (const auto& c = data.journal; !c.id.empty())
        add(insert_journal, c.id, c.user, c.purchase, c.generation, c.operation, c.amount, c.at);
    if (const auto& c = data.reopenings; !c.transaction.empty())
        add(insert_reopenings, c.transaction, c.expires_at, c.at);
    if (const auto& c = data.generation_changes; !c.id.empty())
        add(update_generations, c.id, c.expected, c.status, c.output_image, c.error, c.at);
    if (const auto& c = data.runs; !c.id.empty())
        add(update_runs, c.id, c.engine, c.engine_job, c.attempt, c.started_at, c.finished_at, c.at);
    if (const auto& c = data.payment_changes; !c.id.empty())
        add(update_payments, c.id, c.expected, c.status, c.transaction_id, c.card_type, c.card_last_four,
            c.paid_at, c.at);
    if (const auto& c = data.notifications; !c.type.empty())
        add(insert_notifications, c.business_key, c.type, as_binary(c.body), c.content_type, c.verdict,
            c.reply, c.payment, c.deliveries, c.at);
    if (const auto& c = data.refunds; !c.transaction_id.empty())
        add(insert_refunds, c.transaction_id, c.payment_transaction_id, c.amount_cents, c.at);
    if (const auto& c = data.refund_applications; !c.payment.empty())
        add(apply_refunds, c.transaction_id, c.payment, c.expected_cents, c.refunded_cents, c.tokens_due,
            c.at);
    if (const auto& c = data.subscriptions; !c.id.empty())
        add(apply_subscriptions, c.document());
    if (const auto& c = data.subscriptions.refunds; !c.charge.empty())
        add(apply_charge_refunds, c.transaction_id, c.charge, c.expected_cents, c.refunded_cents,
            c.tokens_due, c.at);
    if (const auto& c = data.debts; !c.id.empty())
        add(update_debts, c.id, c.expected, c.debt, c.at);
    if (const auto& c = data.idempotency; !c.user.empty())
        add(insert_idempotency, c.user, c.key, c.fingerprint, c.response_status, c.response_body,
            c.response_location, c.expires_at, c.at);
    if (const auto& c = data.outbox; !c.kind.empty())
        add(insert_outbox, c.kind, c.payload, c.at);
    // Last before the COMMIT: count_webhooks looks for it there.
    if (const auto& c = data.webhook_events; !c.id.empty())
        add(insert_webhooks, c.user, c.id, c.type, c.payload, c.at);
    commands_.push_back({&commit, nullptr});
    return commands_;
}

std::size_t batch_statements::count_webhooks(const batch& data, const pg::pipeline_result& answer) {
    constexpr std::size_t last = 2; // and the COMMIT
    return data.webhook_events.id.empty() ? 0 : answer.results[answer.results.size() - last].affected();
}

} // namespace atelier
