-- Fills a migrated and seeded database: users 1 to :users with an input image and a lot each (every :rich-th user has
-- three lots), and one more user, the keeper. Only with :sessions = 1 do they get image files and sessions, which HTTP
-- needs. Bearer tokens are "atl_" and the user's id in 43 digits.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET session_replication_role = replica; -- the rows below are right by construction
SET maintenance_work_mem = '1GB';
BEGIN;

CREATE TEMPORARY VIEW members AS
SELECT id, date_trunc('second', now() AT TIME ZONE 'utc') AS at FROM generate_series(1, :users + 1) AS id;
CREATE TEMPORARY VIEW lots AS
SELECT 3 * id + k AS id, id AS user_id, 10000000 AS tokens, at, at + (k + 1) * interval '90 days' AS expires_at
FROM members CROSS JOIN LATERAL generate_series(0, CASE WHEN id % :rich = 0 THEN 2 ELSE 0 END) AS k;

INSERT INTO users (id, email, confirmed_at, created_at, updated_at)
SELECT id, 'user' || id || '@bench.invalid', at, at, at FROM members;

INSERT INTO images (id, user_id, kind, room_type, created_at, updated_at)
SELECT id, id, 'input', 'living_room', at, at FROM members;

INSERT INTO token_purchases
    (id, user_id, token_package_id, tokens_remaining, purchased_at, expires_at, created_at, updated_at)
SELECT l.id, l.user_id, p.id, l.tokens, l.at, l.expires_at, l.at, l.at
FROM lots l CROSS JOIN token_packages p WHERE p.name = 'grant' AND NOT p.active;

INSERT INTO token_transactions (id, user_id, token_purchase_id, operation, amount, created_at, updated_at)
SELECT id, user_id, id, 'grant', tokens, at, at FROM lots;

INSERT INTO active_storage_blobs
    (id, key, filename, content_type, metadata, service_name, byte_size, checksum, created_at)
SELECT id, lpad(id::text, 28, '0'), 'room.jpg', 'image/jpeg', '{"width":4000,"height":3000}', 'local', 1000000, '', at
FROM members WHERE :sessions = 1;

INSERT INTO active_storage_attachments (id, name, record_type, record_id, blob_id, created_at)
SELECT id, 'file', 'Image', id, id, at FROM members WHERE :sessions = 1;

INSERT INTO sessions (digest, user_id, remember, created_at, expires_at, last_used_at, ends_at)
SELECT encode(sha256(('atl_' || lpad(id::text, 43, '0'))::bytea), 'hex'), id, true, at, at + interval '14 days', at,
    at + interval '90 days'
FROM members WHERE :sessions = 1;

SELECT setval(pg_get_serial_sequence(name, 'id'), 4 * :users) FROM unnest(ARRAY['users', 'images', 'token_purchases',
    'token_transactions', 'active_storage_blobs', 'active_storage_attachments']) AS name;
COMMIT;
VACUUM (FREEZE, ANALYZE);
