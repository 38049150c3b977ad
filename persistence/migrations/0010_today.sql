-- online
-- What came in today, for the control room. The journal is in the order of time: a coarse index costs its writers nothing.
DROP INDEX CONCURRENTLY IF EXISTS index_payments_on_paid_at;
CREATE INDEX CONCURRENTLY index_payments_on_paid_at ON payments (paid_at) WHERE paid_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS index_token_transactions_on_created_at;
CREATE INDEX CONCURRENTLY index_token_transactions_on_created_at ON token_transactions
    USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
