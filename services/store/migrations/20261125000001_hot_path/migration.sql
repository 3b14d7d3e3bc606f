-- What the scheduler's hot path needs on top of the ground: fair claims, leases with an owner, one
-- cheap statement for checks that found nothing new, and judgements that wait for a model.

ALTER TABLE monitors
  -- The process that holds the lease: one that starts under the same name knows that it is dead.
  ADD COLUMN lease_owner text,
  -- The generation that slot_at and deaths belong to: an edit begins anew.
  ADD COLUMN slot_generation bigint NOT NULL DEFAULT 0,
  -- Claims that ended without a commit, one after the other; three of them quarantine the monitor.
  ADD COLUMN deaths integer NOT NULL DEFAULT 0;
-- Fair claims walk from workspace to workspace and take the oldest of each.
CREATE INDEX monitors_fair ON monitors (workspace_id, next_due_at) WHERE active AND deleted_at IS NULL;

ALTER TABLE deliveries ADD COLUMN lease_owner text;
-- Deliveries of one monitor to one channel leave in their order: is an older one still open?
CREATE INDEX deliveries_open ON deliveries (workspace_id, monitor, channel, created_at, id)
  WHERE state IN ('pending', 'sending', 'unknown');
-- Sliding-hour limit of a channel.
CREATE INDEX deliveries_sent ON deliveries (workspace_id, channel, updated_at)
  WHERE state IN ('accepted', 'delivered', 'bounced');

-- A source whose edit, captcha or new extractor took a fresh baseline keeps no text of its own here;
-- `text_blob` of the baseline has it. Wakes of a monitor besides its schedule lie in the monitor's
-- next_due_at; why it woke is decided by what is due: a pending judgement, a confirmation, a slot.
CREATE TABLE pending_judgements (
  workspace_id text NOT NULL,
  monitor text NOT NULL,
  id uuid NOT NULL,
  check_id uuid NOT NULL,
  goal_version integer NOT NULL,
  created_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  next_attempt_at timestamptz NOT NULL,
  -- By source: the stored snapshots that are judged again.
  sources jsonb NOT NULL,
  PRIMARY KEY (workspace_id, monitor, id),
  FOREIGN KEY (workspace_id, monitor) REFERENCES monitors (workspace_id, name) ON DELETE CASCADE
);

ALTER TABLE pending_judgements ENABLE ROW LEVEL SECURITY;
ALTER TABLE pending_judgements FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON pending_judgements
  USING (workspace_id = current_workspace()) WITH CHECK (workspace_id = current_workspace());
CREATE POLICY backup ON pending_judgements FOR SELECT TO mon_backup USING (true);
GRANT SELECT ON pending_judgements TO mon_api, mon_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON pending_judgements TO mon_scheduler;

-- A claim brings what the scheduler remembers of the monitor, over all workspaces at once.
CREATE POLICY claim ON source_states FOR SELECT TO mon_scheduler USING (true);
CREATE POLICY claim ON baselines FOR SELECT TO mon_scheduler USING (true);
CREATE POLICY claim ON pending_judgements FOR SELECT TO mon_scheduler USING (true);
-- Crashed reservations are taken back over all workspaces.
CREATE POLICY sweep ON budgets TO mon_scheduler USING (true) WITH CHECK (true);

-- Commits checks that found nothing new, many at once: one round trip, no text, no wait for the
-- disk (a crash loses the row but not the claim: the monitor becomes due again). Rows whose lease
-- is no longer theirs write nothing; the ids of those that were written come back.
CREATE FUNCTION commit_unchanged(batch jsonb) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
DECLARE ws text;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR ws IN SELECT DISTINCT r ->> 'workspace' FROM jsonb_array_elements(batch) r ORDER BY 1 LOOP
    PERFORM set_config('mon.workspace', ws, true);
    RETURN QUERY
    WITH done AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(batch) AS r(
        workspace text, monitor text, token bigint, id uuid, at timestamptz, retention smallint,
        slot timestamptz, trigger text, generation bigint, goal smallint, outcome text, stage text,
        reason text, sources jsonb, duration integer, wake timestamptz, "nextSlot" timestamptz,
        missed integer, handled text,
        validators jsonb)
      WHERE r.workspace = ws
    ), fenced AS (
      UPDATE monitors m SET
        lease_until = NULL, lease_owner = NULL, deaths = 0, buffered = false,
        next_due_at = CASE WHEN NOT m.active THEN NULL WHEN m.buffered OR m.generation <> d.generation OR (m.run_request_id IS NOT NULL
            AND m.run_request_id IS DISTINCT FROM COALESCE(d.handled, m.last_handled_run_request))
          THEN LEAST(d.wake, d.at) ELSE d.wake END,
        slot_at = d."nextSlot",
        last_handled_run_request = COALESCE(d.handled, m.last_handled_run_request),
        missed_slots = m.missed_slots + d.missed,
        last_check_id = d.id, last_check_at = d.at, last_outcome = d.outcome, last_verdict = NULL,
        last_relevance = NULL, last_message = NULL, consecutive_failures = 0, failure_alerted = false
      FROM done d
      WHERE m.workspace_id = ws AND m.name = d.monitor AND m.lease_token = d.token AND m.lease_until IS NOT NULL
      RETURNING d.id
    ), validated AS (
      UPDATE source_states s SET etag = v.value ->> 'etag', last_modified = v.value ->> 'lastModified', updated_at = d.at
      FROM fenced f JOIN done d USING (id) CROSS JOIN LATERAL jsonb_each(d.validators) v
      WHERE s.workspace_id = ws AND s.monitor = d.monitor AND s.source = v.key
    )
    INSERT INTO checks (workspace_id, id, monitor, at, retention_days, slot_at, trigger, generation,
      goal_version, run_request_id, outcome, stage, reason, sources, duration_ms)
    SELECT ws, d.id, d.monitor, d.at, d.retention, d.slot, d.trigger, d.generation, d.goal, d.handled, d.outcome,
      d.stage, d.reason, d.sources, d.duration
    FROM fenced f JOIN done d USING (id)
    RETURNING id;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION commit_unchanged(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commit_unchanged(jsonb) TO mon_scheduler;

ALTER TABLE budget_reservations ADD COLUMN owner text NOT NULL DEFAULT '';
CREATE INDEX findings_snoozed ON findings (snoozed_until) WHERE state = 'snoozed' AND snoozed_until IS NOT NULL;
