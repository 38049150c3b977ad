-- Outgoing webhooks. Which events an endpoint wants (none named: all), why it was disabled, since when it fails without
-- one success, and until when nothing is sent to it. After a change of its secret the old one signs along for a while.
ALTER TABLE webhook_endpoints
    ADD COLUMN events text[] NOT NULL DEFAULT '{}',
    ADD COLUMN disabled_reason text,
    ADD COLUMN failing_since timestamp(6) without time zone,
    ADD COLUMN resume_at timestamp(6) without time zone,
    ADD COLUMN old_secret text,
    ADD COLUMN old_secret_until timestamp(6) without time zone;

-- A message of the kind `webhook` is one event for one endpoint; its payload is the body that is sent.
ALTER TABLE outbox
    ADD COLUMN webhook_endpoint_id bigint REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    ADD COLUMN event_id text,
    ADD COLUMN event_type text,
    ADD CONSTRAINT outbox_webhook_check
        CHECK (kind <> 'webhook' OR num_nulls(webhook_endpoint_id, event_id, event_type) = 0);
CREATE INDEX index_outbox_on_webhook_endpoint_id
    ON outbox (webhook_endpoint_id, id) WHERE webhook_endpoint_id IS NOT NULL;
CREATE INDEX index_outbox_on_webhook_endpoint_id_and_due_at
    ON outbox (webhook_endpoint_id, due_at)
    WHERE webhook_endpoint_id IS NOT NULL AND delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX index_outbox_of_webhooks_on_created_at
    ON outbox (created_at) WHERE webhook_endpoint_id IS NOT NULL;
