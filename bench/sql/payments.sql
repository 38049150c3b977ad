-- Adds pending payments 1 to :payments to a database that seed.sql has filled: each of the users in turn orders the
-- first package.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET session_replication_role = replica; -- the rows below are right by construction
BEGIN;

INSERT INTO payments (id, user_id, token_package_id, amount_cents, currency, status, cloudpayments_invoice_id,
    created_at, updated_at)
SELECT n, 1 + n % :users, k.id, k.price_cents, 'RUB', 'pending', 'bench-' || n, t.at, t.at
FROM generate_series(1, :payments) AS n
CROSS JOIN (SELECT id, price_cents FROM token_packages WHERE active ORDER BY id LIMIT 1) AS k
CROSS JOIN (SELECT date_trunc('second', now() AT TIME ZONE 'utc') AS at) AS t;

INSERT INTO payment_orders (payment_id, expires_at, created_at)
SELECT id, created_at + interval '1 day', created_at FROM payments;

SELECT setval(pg_get_serial_sequence('payments', 'id'), :payments);
COMMIT;
VACUUM (FREEZE, ANALYZE);
