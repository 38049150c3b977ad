-- Who may use the operator's listener.
CREATE TABLE operators (
    name text PRIMARY KEY,
    digest text NOT NULL,
    expires_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL
);
CREATE UNIQUE INDEX index_operators_on_digest ON operators (digest);

-- The audit log: what operators did, written before it is done. Nothing is ever deleted, and only an outcome is added.
CREATE TABLE operator_actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who text NOT NULL,
    action text NOT NULL,
    detail text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    outcome text,
    begun_at timestamp(6) without time zone NOT NULL,
    ended_at timestamp(6) without time zone
);
CREATE INDEX index_operator_actions_on_who ON operator_actions (who, id);

CREATE FUNCTION atelier_keep_operator_actions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER operator_actions_kept BEFORE DELETE OR TRUNCATE ON operator_actions
    FOR EACH STATEMENT EXECUTE FUNCTION atelier_keep_operator_actions();
CREATE TRIGGER operator_actions_unchanged BEFORE UPDATE ON operator_actions FOR EACH ROW
    WHEN (OLD.outcome IS NOT NULL OR (NEW.who, NEW.action, NEW.detail, NEW.address, NEW.request_id, NEW.begun_at)
        IS DISTINCT FROM (OLD.who, OLD.action, OLD.detail, OLD.address, OLD.request_id, OLD.begun_at))
    EXECUTE FUNCTION atelier_keep_operator_actions();
