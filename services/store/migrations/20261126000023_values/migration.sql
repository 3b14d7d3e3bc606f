-- The numbers that checks read (spec.values): one row a check, source and value, also where there was none.
-- A version from before writes none; what it makes of the functions below stays valid.
CREATE TABLE value_points (
  workspace_id text NOT NULL,
  monitor text NOT NULL,
  at timestamptz NOT NULL,
  check_id uuid NOT NULL,
  source text NOT NULL,
  name text NOT NULL,
  retention_days smallint NOT NULL CHECK (retention_days IN (7, 30, 90, 365)),
  number numeric(50, 20),
  -- What the page writes beside the number.
  unit text,
  -- Why there is no number; what was found instead is in "found".
  why text CHECK (why IN ('notFound', 'ambiguous', 'notANumber', 'noPage')),
  found text NOT NULL,
  PRIMARY KEY (workspace_id, monitor, at, check_id, source, name, retention_days),
  CHECK ((number IS NULL) <> (why IS NULL))
) PARTITION BY LIST (retention_days);
DO $$
DECLARE days int;
BEGIN
  FOREACH days IN ARRAY ARRAY[7, 30, 90, 365] LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF value_points FOR VALUES IN (%s) PARTITION BY RANGE (at)',
                   'value_points_' || days, days);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'value_points_' || days);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', 'value_points_' || days);
    EXECUTE format('CREATE POLICY workspace ON %I USING (workspace_id = current_workspace()) '
                   'WITH CHECK (workspace_id = current_workspace())', 'value_points_' || days);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO mon_backup USING (true)', 'value_points_' || days);
  END LOOP;
END $$;
ALTER TABLE value_points ENABLE ROW LEVEL SECURITY;
ALTER TABLE value_points FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON value_points USING (workspace_id = current_workspace())
  WITH CHECK (workspace_id = current_workspace());
CREATE POLICY backup ON value_points FOR SELECT TO mon_backup USING (true);
GRANT SELECT ON value_points TO mon_api, mon_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON value_points TO mon_scheduler;

-- What each value of a source came to last: it holds while the server says that the page is the same.
ALTER TABLE source_states ADD COLUMN readings jsonb NOT NULL DEFAULT '{}';

-- As before, with the points of values.
CREATE OR REPLACE FUNCTION ensure_partitions(day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent text; days int; child text; made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(72707370);
  FOREACH parent IN ARRAY ARRAY['checks', 'snapshots', 'verdicts', 'value_points'] LOOP
    FOREACH days IN ARRAY ARRAY[7, 30, 90, 365] LOOP
      child := parent || '_' || days || '_' || to_char(day, 'YYYYMMDD');
      IF to_regclass(child) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child,
          parent || '_' || days, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;

CREATE OR REPLACE FUNCTION drop_expired_partitions(today date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part record; dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(72707370);
  FOR part IN
    SELECT relname, (regexp_match(relname, '^(?:checks|snapshots|verdicts|value_points)_(\d+)_(\d{8})$')) AS m
    FROM pg_class WHERE relkind = 'r' AND relname ~ '^(checks|snapshots|verdicts|value_points)_\d+_\d{8}$'
  LOOP
    IF to_date(part.m[2], 'YYYYMMDD') + part.m[1]::int < today THEN
      EXECUTE format('DROP TABLE %I', part.relname);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;

-- A check needs the partitions of its day: those of today and later that there are already.
SELECT ensure_partitions(to_date(day, 'YYYYMMDD')) FROM (
  SELECT DISTINCT right(relname, 8) AS day FROM pg_class
  WHERE relkind = 'r' AND relname ~ '^checks_\d+_\d{8}$'
    AND right(relname, 8) >= to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')) AS days;

-- As before, with the numbers that were read; a row without them is one of a version before.
CREATE OR REPLACE FUNCTION commit_unchanged(batch jsonb) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
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
        validators jsonb, values jsonb)
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
    ), read AS (
      INSERT INTO value_points (workspace_id, monitor, at, check_id, source, name, retention_days, number, unit, why, found)
      SELECT ws, d.monitor, d.at, d.id, v.source, v.name, d.retention, v.number, v.unit, v.why, v.found
      FROM fenced f JOIN done d USING (id) CROSS JOIN LATERAL jsonb_to_recordset(COALESCE(d.values, '[]'))
        AS v(source text, name text, number numeric, unit text, why text, found text)
    )
    INSERT INTO checks (workspace_id, id, monitor, at, retention_days, slot_at, trigger, generation,
      goal_version, run_request_id, outcome, stage, reason, sources, duration_ms)
    SELECT ws, d.id, d.monitor, d.at, d.retention, d.slot, d.trigger, d.generation, d.goal, d.handled, d.outcome,
      d.stage, d.reason, d.sources, d.duration
    FROM fenced f JOIN done d USING (id)
    RETURNING id;
  END LOOP;
END $$;
