-- Whom operators have shut out.
CREATE TABLE blocked_users (
    user_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    reason text NOT NULL,
    blocked_at timestamp(6) without time zone NOT NULL
);

-- Ends the user's sessions, and has every process forget the keys that it knows. False: there is no such user. The lock
-- makes a sign-in that is under way come before, and then it is ended, or after, and then it sees the block.
CREATE FUNCTION atelier_block_user(who bigint, why text, at timestamp without time zone) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM users WHERE id = who FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO blocked_users (user_id, reason, blocked_at) VALUES (who, why, at)
        ON CONFLICT (user_id) DO UPDATE SET reason = excluded.reason;
    DELETE FROM sessions WHERE user_id = who;
    PERFORM pg_notify('atelier_sessions', digest) FROM api_keys WHERE user_id = who;
    RETURN true;
END $$;

CREATE FUNCTION atelier_refuse_blocked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM users WHERE id = NEW.user_id FOR KEY SHARE;
    IF EXISTS (SELECT FROM blocked_users WHERE user_id = NEW.user_id) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sessions_begun BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION atelier_refuse_blocked();
