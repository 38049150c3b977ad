\set style 1 + :user % :styles
BEGIN;
SELECT id AS lot FROM token_purchases
WHERE user_id = :user AND tokens_remaining > 0 AND expires_at > now() AT TIME ZONE 'utc'
ORDER BY expires_at, purchased_at, id LIMIT 1 FOR UPDATE \gset
UPDATE token_purchases SET tokens_remaining = tokens_remaining - 1, updated_at = now() AT TIME ZONE 'utc'
WHERE id = :lot;
INSERT INTO generations (user_id, input_image_id, style_id, status, created_at, updated_at)
VALUES (:user, :user, :style, 'queued', now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc')
RETURNING id AS generation \gset
INSERT INTO token_transactions (user_id, token_purchase_id, generation_id, operation, amount, created_at, updated_at)
VALUES (:user, :lot, :generation, 'spend', -1, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc');
COMMIT;
