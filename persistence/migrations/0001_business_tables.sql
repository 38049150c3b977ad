-- The business tables, shared with Rails: Devise's users, Active Storage, and the books.
-- Tables, columns and constraints that are already there stay as they are; what is missing around them is added.

CREATE TABLE IF NOT EXISTS users (
    id bigserial PRIMARY KEY,
    email character varying NOT NULL DEFAULT '',
    encrypted_password character varying NOT NULL DEFAULT '',
    reset_password_token character varying,
    reset_password_sent_at timestamp(6) without time zone,
    remember_created_at timestamp(6) without time zone,
    confirmation_token character varying,
    confirmed_at timestamp(6) without time zone,
    confirmation_sent_at timestamp(6) without time zone,
    unconfirmed_email character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS images (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    kind character varying NOT NULL,
    room_type character varying,
    metadata json,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS styles (
    id bigserial PRIMARY KEY,
    name character varying NOT NULL,
    prompt text NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS generations (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    input_image_id bigint NOT NULL,
    output_image_id bigint,
    style_id bigint NOT NULL,
    status character varying NOT NULL,
    error text,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS token_packages (
    id bigserial PRIMARY KEY,
    name character varying NOT NULL,
    tokens_amount integer NOT NULL,
    price_cents integer NOT NULL,
    validity_days integer NOT NULL DEFAULT 90,
    active boolean NOT NULL DEFAULT true,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS token_purchases (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    token_package_id bigint NOT NULL,
    tokens_remaining integer NOT NULL,
    purchased_at timestamp(6) without time zone NOT NULL,
    expires_at timestamp(6) without time zone NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS token_transactions (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    token_purchase_id bigint,
    generation_id bigint,
    operation character varying NOT NULL,
    amount integer NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS payments (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    token_package_id bigint NOT NULL,
    amount_cents integer NOT NULL,
    currency character varying NOT NULL DEFAULT 'RUB',
    status character varying NOT NULL DEFAULT 'pending',
    cloudpayments_transaction_id character varying,
    cloudpayments_invoice_id character varying,
    card_type character varying,
    card_last_four character varying,
    paid_at timestamp(6) without time zone,
    metadata json,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS subscription_plans (
    id bigserial PRIMARY KEY,
    name character varying NOT NULL,
    tokens_amount integer NOT NULL,
    price_cents integer NOT NULL,
    currency character varying NOT NULL DEFAULT 'RUB',
    "interval" character varying NOT NULL,
    interval_count integer NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS subscriptions (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    scheduled_plan_id bigint,
    status character varying NOT NULL,
    cloudpayments_subscription_id character varying,
    current_period_start timestamp(6) without time zone,
    current_period_end timestamp(6) without time zone,
    cancelled_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS active_storage_blobs (
    id bigserial PRIMARY KEY,
    key character varying NOT NULL,
    filename character varying NOT NULL,
    content_type character varying,
    metadata text,
    service_name character varying NOT NULL,
    byte_size bigint NOT NULL,
    checksum character varying,
    created_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS active_storage_attachments (
    id bigserial PRIMARY KEY,
    name character varying NOT NULL,
    record_type character varying NOT NULL,
    record_id bigint NOT NULL,
    blob_id bigint NOT NULL,
    created_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE IF NOT EXISTS active_storage_variant_records (
    id bigserial PRIMARY KEY,
    blob_id bigint NOT NULL,
    variation_digest character varying NOT NULL
);

-- Unique keys and indexes, under the names that Rails gives them. Where a list of a user's rows is read page by
-- page, the index on the foreign key goes on with the id.
CREATE UNIQUE INDEX IF NOT EXISTS index_users_on_email ON users (email);
CREATE UNIQUE INDEX IF NOT EXISTS index_users_on_reset_password_token ON users (reset_password_token);
CREATE UNIQUE INDEX IF NOT EXISTS index_users_on_confirmation_token ON users (confirmation_token);
CREATE INDEX IF NOT EXISTS index_images_on_user_id ON images (user_id);
CREATE INDEX IF NOT EXISTS index_generations_on_user_id_and_id ON generations (user_id, id);
CREATE INDEX IF NOT EXISTS index_generations_on_input_image_id ON generations (input_image_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_generations_on_output_image_id ON generations (output_image_id);
CREATE INDEX IF NOT EXISTS index_generations_on_style_id ON generations (style_id);
CREATE INDEX IF NOT EXISTS index_token_purchases_on_user_id ON token_purchases (user_id);
CREATE INDEX IF NOT EXISTS index_token_purchases_on_token_package_id ON token_purchases (token_package_id);
CREATE INDEX IF NOT EXISTS index_token_purchases_on_expires_at ON token_purchases (expires_at);
CREATE INDEX IF NOT EXISTS index_token_transactions_on_user_id_and_id ON token_transactions (user_id, id);
CREATE INDEX IF NOT EXISTS index_token_transactions_on_token_purchase_id ON token_transactions (token_purchase_id);
CREATE INDEX IF NOT EXISTS index_token_transactions_on_generation_id ON token_transactions (generation_id);
CREATE INDEX IF NOT EXISTS index_payments_on_user_id_and_id ON payments (user_id, id);
CREATE INDEX IF NOT EXISTS index_payments_on_token_package_id ON payments (token_package_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_payments_on_cloudpayments_transaction_id
    ON payments (cloudpayments_transaction_id);
CREATE INDEX IF NOT EXISTS index_payments_on_cloudpayments_invoice_id ON payments (cloudpayments_invoice_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_subscriptions_on_user_id ON subscriptions (user_id);
CREATE INDEX IF NOT EXISTS index_subscriptions_on_plan_id ON subscriptions (plan_id);
CREATE INDEX IF NOT EXISTS index_subscriptions_on_scheduled_plan_id ON subscriptions (scheduled_plan_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_subscriptions_on_cloudpayments_subscription_id
    ON subscriptions (cloudpayments_subscription_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_active_storage_blobs_on_key ON active_storage_blobs (key);
CREATE INDEX IF NOT EXISTS index_active_storage_attachments_on_blob_id ON active_storage_attachments (blob_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_active_storage_attachments_uniqueness
    ON active_storage_attachments (record_type, record_id, name, blob_id);
CREATE UNIQUE INDEX IF NOT EXISTS index_active_storage_variant_records_uniqueness
    ON active_storage_variant_records (blob_id, variation_digest);

-- The few rows that somebody still has to act on.
CREATE INDEX IF NOT EXISTS index_generations_on_user_id_unfinished
    ON generations (user_id) WHERE status IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS index_payments_on_id_pending ON payments (id) WHERE status = 'pending';

-- Foreign keys that no constraint declares yet, under the name that Rails would give them.
CREATE OR REPLACE FUNCTION pg_temp.add_foreign_key(child regclass, child_column name, parent regclass)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
        WHERE c.contype = 'f' AND c.conrelid = child AND c.confrelid = parent AND a.attname = child_column;
    IF NOT FOUND THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id)', child,
            'fk_rails_' || left(encode(sha256(convert_to(child || '_' || child_column || '_fk', 'UTF8')), 'hex'), 10),
            child_column, parent);
    END IF;
END $$;

SELECT pg_temp.add_foreign_key('images', 'user_id', 'users');
SELECT pg_temp.add_foreign_key('generations', 'user_id', 'users');
SELECT pg_temp.add_foreign_key('generations', 'input_image_id', 'images');
SELECT pg_temp.add_foreign_key('generations', 'output_image_id', 'images');
SELECT pg_temp.add_foreign_key('generations', 'style_id', 'styles');
SELECT pg_temp.add_foreign_key('token_purchases', 'user_id', 'users');
SELECT pg_temp.add_foreign_key('token_purchases', 'token_package_id', 'token_packages');
SELECT pg_temp.add_foreign_key('token_transactions', 'user_id', 'users');
SELECT pg_temp.add_foreign_key('token_transactions', 'token_purchase_id', 'token_purchases');
SELECT pg_temp.add_foreign_key('token_transactions', 'generation_id', 'generations');
SELECT pg_temp.add_foreign_key('payments', 'user_id', 'users');
SELECT pg_temp.add_foreign_key('payments', 'token_package_id', 'token_packages');
SELECT pg_temp.add_foreign_key('subscriptions', 'user_id', 'users');
SELECT pg_temp.add_foreign_key('subscriptions', 'plan_id', 'subscription_plans');
SELECT pg_temp.add_foreign_key('subscriptions', 'scheduled_plan_id', 'subscription_plans');
SELECT pg_temp.add_foreign_key('active_storage_attachments', 'blob_id', 'active_storage_blobs');
SELECT pg_temp.add_foreign_key('active_storage_variant_records', 'blob_id', 'active_storage_blobs');

-- Every status, kind and operation, and the one rule that no lot may break.
CREATE OR REPLACE FUNCTION pg_temp.add_check(on_table regclass, check_name name, condition text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pg_constraint WHERE conrelid = on_table AND contype = 'c' AND conname = check_name;
    IF NOT FOUND THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%s)', on_table, check_name, condition);
    END IF;
END $$;

SELECT pg_temp.add_check('images', 'images_kind_check', $$kind IN ('input', 'output')$$);
SELECT pg_temp.add_check('generations', 'generations_status_check',
    $$status IN ('queued', 'running', 'succeeded', 'failed')$$);
SELECT pg_temp.add_check('token_purchases', 'token_purchases_tokens_remaining_check', 'tokens_remaining >= 0');
SELECT pg_temp.add_check('token_transactions', 'token_transactions_operation_check',
    $$operation IN ('purchase', 'subscription', 'grant', 'spend', 'refund', 'expire', 'clawback')$$);
SELECT pg_temp.add_check('payments', 'payments_status_check',
    $$status IN ('pending', 'authorized', 'paid', 'partially_refunded', 'refunded', 'cancelled', 'expired')$$);
SELECT pg_temp.add_check('subscription_plans', 'subscription_plans_interval_check',
    $$"interval" IN ('day', 'week', 'month')$$);
SELECT pg_temp.add_check('subscriptions', 'subscriptions_status_check',
    $$status IN ('pending', 'active', 'past_due', 'cancelled', 'rejected', 'expired')$$);

-- Lots change with every spend: leave room on their pages, so that an update touches no index.
ALTER TABLE token_purchases SET (fillfactor = 70);

-- The journal only grows. ALWAYS: also in sessions that skip triggers (session_replication_role).
CREATE OR REPLACE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'token_transactions is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER token_transactions_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON token_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();
ALTER TABLE token_transactions ENABLE ALWAYS TRIGGER token_transactions_append_only;
