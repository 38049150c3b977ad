-- What a subscription consists of beside its row. A charge of the gateway is credited once; a subscription that another
-- program has written gets its book when it is first looked at.
CREATE TABLE subscription_books (
    subscription_id bigint PRIMARY KEY REFERENCES subscriptions (id) ON DELETE CASCADE,
    revision bigint NOT NULL,
    look_again_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_subscription_books_on_look_again_at ON subscription_books (look_again_at)
    WHERE look_again_at IS NOT NULL;

-- What was agreed, and from when on it holds.
CREATE TABLE subscription_terms (
    id bigserial PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    plan_id bigint NOT NULL REFERENCES subscription_plans (id),
    tokens_amount integer NOT NULL,
    price_cents bigint NOT NULL,
    currency text NOT NULL,
    "interval" text NOT NULL CHECK ("interval" IN ('day', 'week', 'month')),
    interval_count integer NOT NULL CHECK (interval_count > 0),
    holds_from timestamp(6) without time zone NOT NULL,
    scheduled boolean NOT NULL,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_subscription_terms_on_subscription_id ON subscription_terms (subscription_id);
CREATE INDEX index_subscription_terms_on_plan_id ON subscription_terms (plan_id);

-- What can be paid once.
CREATE TABLE subscription_orders (
    invoice_id text PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('first', 'upgrade')),
    plan_id bigint NOT NULL REFERENCES subscription_plans (id),
    plan_tokens_amount integer NOT NULL,
    price_cents bigint NOT NULL,
    currency text NOT NULL,
    "interval" text NOT NULL CHECK ("interval" IN ('day', 'week', 'month')),
    interval_count integer NOT NULL CHECK (interval_count > 0),
    amount_cents bigint NOT NULL,
    tokens_amount integer NOT NULL,
    by_token boolean NOT NULL,
    declined boolean NOT NULL,
    transaction_id text,
    expires_at timestamp(6) without time zone NOT NULL,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_subscription_orders_on_subscription_id ON subscription_orders (subscription_id);
CREATE INDEX index_subscription_orders_on_plan_id ON subscription_orders (plan_id);

-- Money that was taken: each of the gateway's transactions once, with the lot that it bought.
CREATE TABLE subscription_charges (
    transaction_id text PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    invoice_id text,
    gateway_subscription_id text,
    kind text NOT NULL CHECK (kind IN ('first', 'renewal', 'upgrade')),
    plan_id bigint NOT NULL REFERENCES subscription_plans (id),
    "interval" text NOT NULL CHECK ("interval" IN ('day', 'week', 'month')),
    interval_count integer NOT NULL CHECK (interval_count > 0),
    amount_cents bigint NOT NULL,
    currency text NOT NULL,
    tokens_amount integer NOT NULL,
    paid_at timestamp(6) without time zone NOT NULL,
    period_start timestamp(6) without time zone NOT NULL,
    period_end timestamp(6) without time zone NOT NULL,
    token_purchase_id bigint REFERENCES token_purchases (id) ON DELETE CASCADE,
    refunded_cents bigint NOT NULL DEFAULT 0,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_subscription_charges_on_subscription_id ON subscription_charges (subscription_id);
CREATE INDEX index_subscription_charges_on_plan_id ON subscription_charges (plan_id);
CREATE INDEX index_subscription_charges_on_paid_at ON subscription_charges (paid_at);
CREATE UNIQUE INDEX index_subscription_charges_on_token_purchase_id ON subscription_charges (token_purchase_id);

-- The gateway's own subscriptions, and the terms that it charges for.
CREATE TABLE subscription_gateways (
    id text PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    standing text NOT NULL,
    successes bigint NOT NULL,
    plan_id bigint REFERENCES subscription_plans (id),
    tokens_amount integer,
    price_cents bigint,
    currency text,
    "interval" text CHECK ("interval" IN ('day', 'week', 'month')),
    interval_count integer CHECK (interval_count > 0),
    began_at timestamp(6) without time zone,
    unwanted boolean NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_subscription_gateways_on_subscription_id ON subscription_gateways (subscription_id);
CREATE INDEX index_subscription_gateways_on_plan_id ON subscription_gateways (plan_id);

-- The card that the service may charge: a secret of the gateway's.
CREATE TABLE subscription_cards (
    subscription_id bigint PRIMARY KEY REFERENCES subscriptions (id) ON DELETE CASCADE,
    token text NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
