-- Sessions that people can tell apart, that end when nobody uses them, and that end in every process at once.
ALTER TABLE sessions
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN ends_at timestamp(6) without time zone,
    ADD COLUMN user_agent text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '';
UPDATE sessions SET ends_at = expires_at;
ALTER TABLE sessions ALTER COLUMN ends_at SET NOT NULL;
CREATE UNIQUE INDEX index_sessions_on_id ON sessions (id);

-- A new password ends all sessions, whoever sets it: Rails does not know them. The one in which it is changed stays
-- (atelier.kept_session), and a better hash of the same password is none (atelier.rehash). Whoever may update users need
-- not have rights on sessions.
CREATE FUNCTION atelier_end_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id
        AND digest <> coalesce(current_setting('atelier.kept_session', true), '');
    RETURN NULL;
END $$;
CREATE TRIGGER users_password_changed AFTER UPDATE OF encrypted_password ON users FOR EACH ROW
    WHEN (OLD.encrypted_password IS DISTINCT FROM NEW.encrypted_password
        AND coalesce(current_setting('atelier.rehash', true), '') <> 'on')
    EXECUTE FUNCTION atelier_end_sessions();

-- Tells every process, which may have it in memory.
CREATE FUNCTION atelier_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('atelier_sessions', OLD.digest);
    RETURN NULL;
END $$;
CREATE TRIGGER sessions_ended AFTER DELETE ON sessions FOR EACH ROW
    WHEN (OLD.expires_at > timezone('utc', now())) EXECUTE FUNCTION atelier_session_ended();

-- Keys for programs. A key ends when its row is deleted, and that is announced like the end of a session.
CREATE TABLE api_keys (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest text NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL CHECK (scopes ~ '^(read|generate|pay)( (read|generate|pay))*$'),
    expires_at timestamp(6) without time zone,
    last_used_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE UNIQUE INDEX index_api_keys_on_digest ON api_keys (digest);
CREATE INDEX index_api_keys_on_user_id ON api_keys (user_id);
CREATE TRIGGER api_keys_ended AFTER DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION atelier_session_ended();

-- What users have chosen.
CREATE TABLE user_preferences (
    user_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    language text NOT NULL CHECK (language IN ('en', 'ru')),
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

-- Whose accounts were deleted. Their rows stay, without anything personal, because the journal refers to them.
CREATE TABLE deleted_users (
    user_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    deleted_at timestamp(6) without time zone NOT NULL
);

-- Takes everything personal of a user away; gives the keys of the files to remove after the commit.
CREATE FUNCTION atelier_forget_user(who bigint, at timestamp without time zone) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    address text;
    uploads bigint[];
BEGIN
    SELECT email INTO address FROM users WHERE id = who;
    RETURN QUERY SELECT f.key FROM images i CROSS JOIN LATERAL atelier_purge_files_of_image(i.id) AS f (key)
        WHERE i.user_id = who;
    INSERT INTO deleted_generations (generation_id, deleted_at)
        SELECT id, at FROM generations WHERE user_id = who ON CONFLICT DO NOTHING;
    DELETE FROM images i WHERE i.user_id = who
        AND NOT EXISTS (SELECT FROM generations g WHERE i.id IN (g.input_image_id, g.output_image_id));
    INSERT INTO deleted_images (image_id, deleted_at)
        SELECT id, at FROM images WHERE user_id = who ON CONFLICT DO NOTHING;
    UPDATE images SET metadata = '{}', room_type = NULL, updated_at = at WHERE user_id = who;
    WITH gone AS (DELETE FROM direct_uploads WHERE user_id = who RETURNING blob_id)
        SELECT array_agg(blob_id) INTO uploads FROM gone;
    RETURN QUERY SELECT atelier_purge_blobs(uploads);
    DELETE FROM webhook_endpoints WHERE user_id = who;
    DELETE FROM subscription_cards c USING subscriptions s WHERE s.id = c.subscription_id AND s.user_id = who;
    DELETE FROM idempotency_keys WHERE user_id = who;
    DELETE FROM user_preferences WHERE user_id = who;
    DELETE FROM sessions WHERE user_id = who;
    DELETE FROM api_keys WHERE user_id = who;
    DELETE FROM outbox WHERE kind = 'mail' AND payload ->> 'to' = address;
    UPDATE users SET email = 'deleted-' || id || '@deleted.invalid', encrypted_password = '',
        reset_password_token = NULL, reset_password_sent_at = NULL, remember_created_at = NULL,
        confirmation_token = NULL, confirmation_sent_at = NULL, confirmed_at = NULL, unconfirmed_email = NULL,
        updated_at = at WHERE id = who;
    INSERT INTO deleted_users (user_id, deleted_at) VALUES (who, at);
END $$;
