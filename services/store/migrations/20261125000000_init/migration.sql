-- The ground of the store: tenancy, specs, schedule, history, findings, outbox, audit.
--
-- Rules that every later migration keeps (design 5.4, 6 A4):
--   * each table of a workspace has workspace_id first in its keys, FORCE ROW LEVEL SECURITY and a policy;
--   * roles mon_api and mon_scheduler own nothing; the migration runs as the owner;
--   * expand, then contract: a running older version must be able to work on the new schema;
--   * checks, snapshots and verdicts are partitioned by retention class (days) and day, all else is ordinary.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mon_api') THEN CREATE ROLE mon_api NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mon_scheduler') THEN CREATE ROLE mon_scheduler NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mon_backup') THEN CREATE ROLE mon_backup NOLOGIN; END IF;
END $$;

-- The workspace of the running transaction; NULL (no rows) when none was set.
CREATE FUNCTION current_workspace() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT NULLIF(current_setting('mon.workspace', true), '') $$;

CREATE TABLE meta (
  key text PRIMARY KEY,
  value text NOT NULL
);

-- Tenancy and identity ---------------------------------------------------------------------------

CREATE TABLE workspaces (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('personal', 'team')),
  created_at timestamptz NOT NULL
);

CREATE TABLE users (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  email text,
  display_name text NOT NULL,
  locale text NOT NULL DEFAULT 'en',
  time_zone text NOT NULL DEFAULT 'UTC',
  token_epoch integer NOT NULL DEFAULT 0,
  disabled_at timestamptz,
  created_at timestamptz NOT NULL,
  UNIQUE (issuer, subject)
);

CREATE TABLE memberships (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

-- Only hashes of bearer secrets are stored, never the secrets.
CREATE TABLE sessions (
  id_hash bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  csrf_hash bytea NOT NULL,
  token_epoch integer NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  user_agent text
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- One-time tokens; `purpose` binds a token to its use.
CREATE TABLE one_time_tokens (
  token_hash bytea PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('sign-in', 'acknowledge', 'confirm-recipient')),
  workspace_id text,
  user_id uuid REFERENCES users (id) ON DELETE CASCADE,
  subject text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at);

CREATE TABLE api_tokens (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  scope text NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);

-- Specs -------------------------------------------------------------------------------------------

-- `managed_by` is the manifest file an object came from; NULL means it was applied by hand.

CREATE TABLE secrets (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('Secret', 'ConfigMap')),
  name text NOT NULL,
  keys text[] NOT NULL,
  -- AES-256-GCM under the data key (Secret), or plain JSON (ConfigMap).
  content bytea NOT NULL,
  data_key_id text,
  managed_by text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, kind, name)
);

CREATE TABLE channels (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name text NOT NULL,
  uid uuid NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  resource_version bigint NOT NULL DEFAULT 1,
  spec jsonb NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  annotations jsonb NOT NULL DEFAULT '{}',
  managed_by text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  last_delivery_at timestamptz,
  last_delivery_result text,
  PRIMARY KEY (workspace_id, name)
);

CREATE TABLE channel_recipients (
  workspace_id text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  state text NOT NULL CHECK (state IN ('Pending', 'Confirmed', 'Bounced', 'Unsubscribed')),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, channel, address),
  FOREIGN KEY (workspace_id, channel) REFERENCES channels (workspace_id, name) ON DELETE CASCADE
);

CREATE TABLE monitors (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name text NOT NULL,
  uid uuid NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  resource_version bigint NOT NULL DEFAULT 1,
  spec jsonb NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  annotations jsonb NOT NULL DEFAULT '{}',
  managed_by text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Set when the object is deleted; history stays for its retention.
  deleted_at timestamptz,
  -- Raised when goal or model change; old verdicts keep the number they were made under.
  goal_version integer NOT NULL DEFAULT 1,
  conditions jsonb NOT NULL DEFAULT '[]',

  -- Schedule. A claim moves next_due_at to the end of its lease, so that rows in flight leave the
  -- due range of the index; a claim that dies becomes due again by itself.
  active boolean NOT NULL DEFAULT true,
  next_due_at timestamptz,
  slot_at timestamptz,
  lease_token bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  run_requested_at timestamptz,
  run_request_id text,
  last_handled_run_request text,
  -- A run was asked for while a check was in flight (overlap BufferOne, run-now).
  buffered boolean NOT NULL DEFAULT false,
  missed_slots bigint NOT NULL DEFAULT 0,
  -- The first source's host, for politeness per host.
  host text NOT NULL DEFAULT '',

  -- Result of the last check.
  last_check_id uuid,
  last_check_at timestamptz,
  last_outcome text,
  last_verdict text,
  last_relevance integer,
  last_message text,
  last_change_at timestamptz,
  consecutive_failures integer NOT NULL DEFAULT 0,
  failure_alerted boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, name)
);
-- The claim's only scan: due rows of live monitors, oldest first.
CREATE INDEX monitors_due ON monitors (next_due_at) WHERE active AND deleted_at IS NULL;

-- What the scheduler remembers of one source between checks.
CREATE TABLE source_states (
  workspace_id text NOT NULL,
  monitor text NOT NULL,
  source text NOT NULL,
  -- Hash of url, http, select, ignore …: another one takes a new baseline.
  spec_hash text NOT NULL,
  extractor text,
  needs_javascript boolean NOT NULL DEFAULT false,
  javascript_probed_at timestamptz,
  etag text,
  last_modified text,
  text_lengths integer[] NOT NULL DEFAULT '{}',
  -- Hashes of the last normalised texts, newest first (flapping, known states).
  recent_hashes text[] NOT NULL DEFAULT '{}',
  -- m-of-n confirmation in progress.
  pending jsonb,
  consecutive_failures integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, monitor, source),
  FOREIGN KEY (workspace_id, monitor) REFERENCES monitors (workspace_id, name) ON DELETE CASCADE
);

-- Content-addressed inside a workspace: a shared store would tell one tenant what another saw.
CREATE TABLE blobs (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  hash text NOT NULL,
  media_type text NOT NULL,
  encoding text NOT NULL DEFAULT 'identity' CHECK (encoding IN ('identity', 'gzip')),
  content bytea NOT NULL,
  size integer NOT NULL,
  created_at timestamptz NOT NULL,
  -- Not collected before this time; moved on by every row that refers to the blob.
  keep_until timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, hash)
);
CREATE INDEX blobs_by_keep ON blobs (keep_until);

-- The snapshots that the next ones are compared with; not partitioned, they outlive history.
CREATE TABLE baselines (
  workspace_id text NOT NULL,
  monitor text NOT NULL,
  source text NOT NULL,
  role text NOT NULL CHECK (role IN ('LastSeen', 'LastAlerted', 'Pinned')),
  snapshot_id uuid NOT NULL,
  taken_at timestamptz NOT NULL,
  extractor text NOT NULL,
  title text NOT NULL,
  final_url text NOT NULL,
  text_hash text NOT NULL,
  -- Visible text as extracted, before normalising.
  text_blob text NOT NULL,
  -- What the number conditions' selectors found, by condition name.
  extracted jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (workspace_id, monitor, source, role),
  FOREIGN KEY (workspace_id, monitor) REFERENCES monitors (workspace_id, name) ON DELETE CASCADE
);

-- History: partitioned by retention class, then by day ---------------------------------------------

CREATE TABLE checks (
  workspace_id text NOT NULL,
  id uuid NOT NULL,
  monitor text NOT NULL,
  at timestamptz NOT NULL,
  retention_days smallint NOT NULL CHECK (retention_days IN (7, 30, 90, 365)),
  slot_at timestamptz,
  trigger text NOT NULL CHECK (trigger IN ('schedule', 'manual', 'confirm', 'rejudge')),
  -- The request that a manual check answers; `run --wait` looks for it.
  run_request_id text,
  generation bigint NOT NULL,
  goal_version integer NOT NULL,
  outcome text NOT NULL,
  -- Last stage of the funnel that the check reached, and why it stopped there.
  stage text NOT NULL,
  reason text,
  message text,
  -- Per source: outcome, stage, reason, extractor, hashes, snapshot id, counts, warnings.
  sources jsonb NOT NULL,
  verdict text,
  relevance integer,
  verdict_id uuid,
  duration_ms integer NOT NULL,
  tokens_in integer NOT NULL DEFAULT 0,
  tokens_out integer NOT NULL DEFAULT 0,
  cost_usd numeric(12, 6),
  PRIMARY KEY (workspace_id, monitor, at, id, retention_days)
) PARTITION BY LIST (retention_days);
CREATE INDEX checks_by_id ON checks (workspace_id, id);

CREATE TABLE snapshots (
  workspace_id text NOT NULL,
  id uuid NOT NULL,
  monitor text NOT NULL,
  source text NOT NULL,
  at timestamptz NOT NULL,
  retention_days smallint NOT NULL,
  check_id uuid NOT NULL,
  extractor text NOT NULL,
  status integer NOT NULL,
  title text NOT NULL,
  final_url text NOT NULL,
  validity text NOT NULL,
  validity_evidence text,
  text_hash text NOT NULL,
  html_hash text NOT NULL,
  bytes integer NOT NULL,
  text_blob text NOT NULL,
  document_blob text,
  screenshot_blob text,
  extracted jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (workspace_id, monitor, at, id, retention_days)
) PARTITION BY LIST (retention_days);
CREATE INDEX snapshots_by_id ON snapshots (workspace_id, id);

CREATE TABLE verdicts (
  workspace_id text NOT NULL,
  id uuid NOT NULL,
  monitor text NOT NULL,
  at timestamptz NOT NULL,
  retention_days smallint NOT NULL,
  check_id uuid NOT NULL,
  goal_version integer NOT NULL,
  -- domain `Verdict`, `Provenance`, and the change that was judged: hunks by source.
  verdict jsonb NOT NULL,
  provenance jsonb,
  change jsonb NOT NULL,
  -- Why nobody was told; NULL when an alert was made.
  suppressed text,
  PRIMARY KEY (workspace_id, monitor, at, id, retention_days)
) PARTITION BY LIST (retention_days);
CREATE INDEX verdicts_by_id ON verdicts (workspace_id, id);

DO $$
DECLARE parent text; days int;
BEGIN
  FOREACH parent IN ARRAY ARRAY['checks', 'snapshots', 'verdicts'] LOOP
    FOREACH days IN ARRAY ARRAY[7, 30, 90, 365] LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s) PARTITION BY RANGE (at)',
                     parent || '_' || days, parent, days);
    END LOOP;
  END LOOP;
END $$;

-- Makes the partitions of one day (UTC) where they are missing. Runs as the owner, since the
-- scheduler's role owns nothing; the day is its only input.
CREATE FUNCTION ensure_partitions(day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent text; days int; child text; made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(72707370);
  FOREACH parent IN ARRAY ARRAY['checks', 'snapshots', 'verdicts'] LOOP
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

-- Drops the partitions that are past their class on `today` (UTC); returns how many.
CREATE FUNCTION drop_expired_partitions(today date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part record; dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(72707370);
  FOR part IN
    SELECT relname, (regexp_match(relname, '^(?:checks|snapshots|verdicts)_(\d+)_(\d{8})$')) AS m
    FROM pg_class WHERE relkind = 'r' AND relname ~ '^(checks|snapshots|verdicts)_\d+_\d{8}$'
  LOOP
    IF to_date(part.m[2], 'YYYYMMDD') + part.m[1]::int < today THEN
      EXECUTE format('DROP TABLE %I', part.relname);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION ensure_partitions(date), drop_expired_partitions(date) FROM PUBLIC;

-- Judging ------------------------------------------------------------------------------------------

CREATE TABLE verdict_cache (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  key text NOT NULL,
  answer jsonb NOT NULL,
  provenance jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key)
);
CREATE INDEX verdict_cache_by_use ON verdict_cache (last_used_at);

-- Money and tokens of one month. Reserved before a call, settled after it.
CREATE TABLE budgets (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  -- '' is the whole workspace, else the monitor's name.
  monitor text NOT NULL,
  -- First day of the month, UTC.
  month date NOT NULL,
  reserved_usd numeric(14, 6) NOT NULL DEFAULT 0,
  spent_usd numeric(14, 6) NOT NULL DEFAULT 0,
  reserved_tokens bigint NOT NULL DEFAULT 0,
  spent_tokens bigint NOT NULL DEFAULT 0,
  -- A model without a known price was used: spent_usd is then a lower bound.
  unpriced boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, monitor, month)
);

-- Open reservations, so that a crash between reserve and settle is found at start and released.
CREATE TABLE budget_reservations (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  monitor text NOT NULL,
  month date NOT NULL,
  usd numeric(14, 6) NOT NULL,
  tokens bigint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- Findings, alerts, deliveries ---------------------------------------------------------------------

CREATE TABLE findings (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  monitor text NOT NULL,
  source text NOT NULL,
  fingerprint text NOT NULL,
  -- 'claim' from a model, 'condition' from a rule, 'changedNotJudged', 'failure' of the monitor.
  origin text NOT NULL CHECK (origin IN ('claim', 'condition', 'changedNotJudged', 'failure')),
  subject text NOT NULL,
  kind text NOT NULL,
  value text,
  state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'snoozed', 'resolved')),
  severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  title text NOT NULL,
  summary text NOT NULL,
  claims jsonb NOT NULL DEFAULT '[]',
  verdict text,
  why text,
  check_id uuid,
  verdict_id uuid,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  seen_count integer NOT NULL DEFAULT 1,
  occurrence integer NOT NULL DEFAULT 1,
  acknowledged_at timestamptz,
  acknowledged_by text,
  snoozed_until timestamptz,
  resolved_at timestamptz,
  -- Cooldown of (monitor, subject): a newer value waits here and is told when it ends.
  last_alert_at timestamptz,
  cooldown_until timestamptz,
  held boolean NOT NULL DEFAULT false,
  next_reminder_at timestamptz,
  reminders_sent integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, monitor, fingerprint)
);
CREATE INDEX findings_by_time ON findings (workspace_id, last_seen_at DESC, id);
CREATE INDEX findings_by_subject ON findings (workspace_id, monitor, subject, last_alert_at DESC);
CREATE INDEX findings_reminders ON findings (next_reminder_at) WHERE next_reminder_at IS NOT NULL AND state = 'open';
CREATE INDEX findings_held ON findings (cooldown_until) WHERE held;

CREATE TABLE finding_events (
  workspace_id text NOT NULL,
  finding_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  kind text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (workspace_id, finding_id, id),
  FOREIGN KEY (workspace_id, finding_id) REFERENCES findings (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE alerts (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  monitor text NOT NULL,
  finding_id uuid,
  occurrence integer NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  -- contracts/notification `alertMessage`.
  message jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  -- Held by the hourly limit until the digest at the hour's end.
  held_until timestamptz,
  digest_id uuid,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, finding_id, occurrence, kind),
  FOREIGN KEY (workspace_id, finding_id) REFERENCES findings (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX alerts_by_time ON alerts (workspace_id, created_at DESC, id);
CREATE INDEX alerts_by_monitor ON alerts (workspace_id, monitor, created_at DESC);
CREATE INDEX alerts_held ON alerts (held_until) WHERE held_until IS NOT NULL AND digest_id IS NULL;

CREATE TABLE deliveries (
  workspace_id text NOT NULL,
  id uuid NOT NULL,
  alert_id uuid NOT NULL,
  monitor text NOT NULL,
  -- 'inbox' is the built-in channel and is delivered by being written.
  channel text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'sending', 'accepted', 'delivered', 'bounced', 'unknown', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  first_attempt_at timestamptz,
  lease_token bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  provider_id text,
  last_error text,
  -- The outcome of a send is unknown since then; re-sent once after the reconcile window.
  unknown_since timestamptz,
  resent boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, alert_id, channel),
  FOREIGN KEY (workspace_id, alert_id) REFERENCES alerts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_by_time ON deliveries (workspace_id, created_at DESC, id);

-- Audit and bookkeeping ----------------------------------------------------------------------------

CREATE TABLE audit (
  workspace_id text NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  prev_hash text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (workspace_id, seq)
);

-- The newest link of each workspace's chain: without it a tail cut off would not be seen.
CREATE TABLE audit_heads (
  workspace_id text PRIMARY KEY,
  seq bigint NOT NULL,
  hash text NOT NULL
);

CREATE TABLE idempotency_keys (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  key text NOT NULL,
  request_hash text NOT NULL,
  status integer,
  response jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

-- Row-level security -------------------------------------------------------------------------------

DO $$
DECLARE t text;
BEGIN
  FOR t IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'workspace_id'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY workspace ON %I USING (workspace_id = current_workspace()) WITH CHECK (workspace_id = current_workspace())', t);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO mon_backup USING (true)', t);
  END LOOP;
END $$;

-- The scheduler claims and dispatches over all workspaces, and works under one of them otherwise.
CREATE POLICY claim ON monitors TO mon_scheduler USING (true) WITH CHECK (true);
CREATE POLICY claim ON deliveries TO mon_scheduler USING (true) WITH CHECK (true);
CREATE POLICY sweep ON findings FOR SELECT TO mon_scheduler USING (true);
CREATE POLICY sweep ON alerts FOR SELECT TO mon_scheduler USING (true);
CREATE POLICY sweep ON blobs FOR DELETE TO mon_scheduler USING (true);
CREATE POLICY sweep_read ON blobs FOR SELECT TO mon_scheduler USING (true);
CREATE POLICY sweep ON budget_reservations TO mon_scheduler USING (true) WITH CHECK (true);
CREATE POLICY sweep ON verdict_cache FOR DELETE TO mon_scheduler USING (true);
CREATE POLICY sweep_read ON verdict_cache FOR SELECT TO mon_scheduler USING (true);
-- A bearer token is looked up by its hash before its workspace is known.
CREATE POLICY by_hash ON api_tokens TO mon_api
  USING (token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex'));
CREATE POLICY by_hash ON one_time_tokens TO mon_api
  USING (token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex'));
CREATE POLICY by_user ON memberships FOR SELECT TO mon_api
  USING (user_id = NULLIF(current_setting('mon.user', true), '')::uuid);

GRANT USAGE ON SCHEMA public TO mon_api, mon_scheduler, mon_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO mon_api, mon_scheduler, mon_backup;
GRANT INSERT, UPDATE, DELETE ON users, sessions, one_time_tokens, api_tokens, memberships, channels,
  channel_recipients, monitors, findings, finding_events, deliveries, idempotency_keys TO mon_api;
GRANT INSERT ON workspaces, audit, alerts TO mon_api;
GRANT INSERT, UPDATE ON audit_heads TO mon_api, mon_scheduler;
-- The api lists and deletes Secrets; their content is the scheduler's alone.
REVOKE SELECT ON secrets FROM mon_api;
GRANT SELECT (workspace_id, kind, name, keys, managed_by, created_at, updated_at) ON secrets TO mon_api;
GRANT DELETE ON secrets TO mon_api;
-- Sign-in is the api's alone.
REVOKE SELECT ON sessions, api_tokens FROM mon_scheduler;
GRANT INSERT, UPDATE, DELETE ON monitors, source_states, blobs, baselines, checks, snapshots, verdicts,
  verdict_cache, budgets, budget_reservations, findings, finding_events, alerts, deliveries, secrets,
  channels, channel_recipients, one_time_tokens TO mon_scheduler;
GRANT INSERT ON audit TO mon_scheduler;
GRANT EXECUTE ON FUNCTION ensure_partitions(date), drop_expired_partitions(date) TO mon_scheduler;
