-- Money that the gateway has given back, as it said: each of its refunds once. A refund that comes before its payment
-- waits here.
CREATE TABLE gateway_refunds (
    transaction_id text PRIMARY KEY,
    payment_transaction_id text NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    payment_id bigint REFERENCES payments (id) ON DELETE SET NULL,
    tokens_due integer,
    applied_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_gateway_refunds_on_payment_id ON gateway_refunds (payment_id);
CREATE INDEX index_gateway_refunds_waiting ON gateway_refunds (payment_transaction_id) WHERE applied_at IS NULL;

-- What has been given back of each payment.
CREATE TABLE payment_refunds (
    payment_id bigint PRIMARY KEY REFERENCES payments (id) ON DELETE CASCADE,
    refunded_cents bigint NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

-- Tokens that were paid back in money after they had been spent.
CREATE TABLE purchase_debts (
    token_purchase_id bigint PRIMARY KEY REFERENCES token_purchases (id) ON DELETE CASCADE,
    tokens integer NOT NULL CHECK (tokens >= 0),
    updated_at timestamp(6) without time zone NOT NULL
);

-- Refunds that an operator has asked for, noted before the gateway is asked: the same key is the same refund, also
-- after a crash in between.
CREATE TABLE refund_requests (
    key text PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    transaction_id text,
    refusal text,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_refund_requests_on_payment_id ON refund_requests (payment_id);

-- What a comparison of a day's books with the gateway's has found.
CREATE TABLE reconciliations (
    day date PRIMARY KEY,
    report json NOT NULL,
    finished_at timestamp(6) without time zone NOT NULL
);
