-- What the service itself must remember, beside the business tables.

CREATE TABLE sessions (
    digest text PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    remember boolean NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    expires_at timestamp(6) without time zone NOT NULL,
    last_used_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_sessions_on_user_id ON sessions (user_id);
CREATE INDEX index_sessions_on_expires_at ON sessions (expires_at);

CREATE TABLE idempotency_keys (
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key text NOT NULL,
    fingerprint text NOT NULL,
    response_status integer NOT NULL,
    response_body text NOT NULL,
    response_location text NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    expires_at timestamp(6) without time zone NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX index_idempotency_keys_on_expires_at ON idempotency_keys (expires_at);

CREATE TABLE gateway_notifications (
    id bigserial PRIMARY KEY,
    business_key text NOT NULL,
    type text NOT NULL,
    body bytea NOT NULL,
    content_type text NOT NULL,
    verdict text NOT NULL,
    reply text NOT NULL,
    payment_id bigint REFERENCES payments (id) ON DELETE SET NULL,
    deliveries integer NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE UNIQUE INDEX index_gateway_notifications_on_business_key ON gateway_notifications (business_key);
CREATE INDEX index_gateway_notifications_on_payment_id ON gateway_notifications (payment_id);

CREATE TABLE generation_runs (
    generation_id bigint PRIMARY KEY REFERENCES generations (id) ON DELETE CASCADE,
    cost integer NOT NULL,
    seed bigint NOT NULL,
    parameters json NOT NULL,
    engine text NOT NULL DEFAULT '',
    engine_job text NOT NULL DEFAULT '',
    attempt integer NOT NULL DEFAULT 0,
    deadline timestamp(6) without time zone NOT NULL,
    started_at timestamp(6) without time zone,
    finished_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE payment_orders (
    payment_id bigint PRIMARY KEY REFERENCES payments (id) ON DELETE CASCADE,
    expires_at timestamp(6) without time zone NOT NULL,
    created_at timestamp(6) without time zone NOT NULL
);

-- Which lot a payment bought: at most one, and no lot was bought by two payments.
CREATE TABLE payment_purchases (
    payment_id bigint PRIMARY KEY REFERENCES payments (id) ON DELETE CASCADE,
    token_purchase_id bigint NOT NULL REFERENCES token_purchases (id) ON DELETE CASCADE,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE UNIQUE INDEX index_payment_purchases_on_token_purchase_id ON payment_purchases (token_purchase_id);

CREATE TABLE outbox (
    id bigserial PRIMARY KEY,
    kind text NOT NULL,
    payload json NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamp(6) without time zone NOT NULL,
    delivered_at timestamp(6) without time zone,
    failed_at timestamp(6) without time zone,
    last_error text,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_outbox_on_kind_and_due_at
    ON outbox (kind, due_at) WHERE delivered_at IS NULL AND failed_at IS NULL;

CREATE TABLE webhook_endpoints (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    url text NOT NULL,
    secret text NOT NULL,
    disabled_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_webhook_endpoints_on_user_id ON webhook_endpoints (user_id);

-- The last batch that each run of a writer committed. A new run takes the next epoch and keeps the old rows, so that
-- what became of a batch can be told even after another process has taken over the name.
CREATE TABLE writer_positions (
    writer text NOT NULL,
    epoch bigint NOT NULL,
    batch bigint NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    PRIMARY KEY (writer, epoch)
);

-- Ends a transaction whose compare-and-set did not find all the rows that it expected.
CREATE FUNCTION atelier_expect(actual bigint, expected bigint, what text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF actual <> expected THEN
        RAISE EXCEPTION '%: % of % as expected', what, actual, expected USING ERRCODE = 'AT001';
    END IF;
    RETURN true;
END $$;

-- Lots that were not bought still need a package: an inactive one, named for its origin.
INSERT INTO token_packages (name, tokens_amount, price_cents, validity_days, active, created_at, updated_at)
SELECT origin, 0, 0, 90, false, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
FROM unnest(ARRAY['grant', 'subscription']) AS origin
WHERE NOT EXISTS (SELECT FROM token_packages WHERE name = origin AND NOT active);
