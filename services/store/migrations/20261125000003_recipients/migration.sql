-- Double opt-in of mail recipients, and what a mail provider's events tell about deliveries.

ALTER TABLE channel_recipients
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- Signs the unsubscribe links of this recipient; such a link outlives every key ring.
  ADD COLUMN secret bytea NOT NULL
    DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
CREATE UNIQUE INDEX channel_recipients_by_id ON channel_recipients (workspace_id, id);
CREATE INDEX channel_recipients_by_address ON channel_recipients (workspace_id, lower(address));

-- A delivery tells an alert to a channel, or asks one recipient of a channel to confirm.
ALTER TABLE deliveries
  ALTER COLUMN alert_id DROP NOT NULL,
  ADD COLUMN recipient text,
  -- When the mail that asks was handed out; other mails to the address wait from then on.
  ADD COLUMN mailed_at timestamptz,
  -- By address: 'taken' by the mail server, 'delivered' or 'bounced' as the provider says.
  ADD COLUMN receipts jsonb NOT NULL DEFAULT '{}',
  ADD CONSTRAINT deliveries_tell_or_ask CHECK ((alert_id IS NULL) = (recipient IS NOT NULL));
CREATE INDEX deliveries_asking ON deliveries (workspace_id, lower(recipient)) WHERE recipient IS NOT NULL;
CREATE INDEX deliveries_failed ON deliveries (workspace_id, channel, updated_at)
  WHERE state IN ('dead', 'bounced');

-- Events of a mail provider that were taken in: each one counts once.
CREATE TABLE mail_events (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX mail_events_by_time ON mail_events (workspace_id, at);
ALTER TABLE mail_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_events FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON mail_events
  USING (workspace_id = current_workspace()) WITH CHECK (workspace_id = current_workspace());
CREATE POLICY backup ON mail_events FOR SELECT TO mon_backup USING (true);
GRANT SELECT ON mail_events TO mon_scheduler, mon_backup;
GRANT SELECT, INSERT, DELETE ON mail_events TO mon_api;

-- Channels that are there already: their recipients are asked once, too.
DO $$
DECLARE ws text;
BEGIN
  FOR ws IN SELECT id FROM workspaces LOOP
    PERFORM set_config('mon.workspace', ws, true);
    WITH added AS (
      INSERT INTO channel_recipients (workspace_id, channel, address, state, updated_at)
      SELECT DISTINCT c.workspace_id, c.name, a.address, 'Pending', now()
      FROM channels c CROSS JOIN LATERAL jsonb_array_elements_text(c.spec #> '{email,to}') a(address)
      WHERE c.workspace_id = ws AND c.spec ->> 'type' = 'Email'
      ON CONFLICT DO NOTHING RETURNING workspace_id, channel, address)
    INSERT INTO deliveries
      (workspace_id, id, monitor, channel, recipient, state, next_attempt_at, created_at, updated_at)
    SELECT workspace_id, gen_random_uuid(), '', channel, address, 'pending', now(), now(), now() FROM added;
  END LOOP;
  PERFORM set_config('mon.workspace', '', true);
END $$;
