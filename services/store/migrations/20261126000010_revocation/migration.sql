-- Ending every credential at once, or all of one user; refresh tokens in families; who administers the
-- whole installation.

-- How often everything was revoked; no row before the first time. Each credential keeps the epoch it was
-- made under: its user's and this one, added up. Both only grow, so that a sum never comes back.
CREATE TABLE global_epochs (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  epoch integer NOT NULL,
  raised_at timestamptz NOT NULL
);
CREATE FUNCTION global_epoch() RETURNS integer LANGUAGE sql STABLE AS
  $$ SELECT COALESCE((SELECT epoch FROM global_epochs), 0) $$;
GRANT SELECT ON global_epochs TO mon_api, mon_scheduler, mon_backup;
GRANT INSERT, UPDATE ON global_epochs TO mon_api;

-- Nothing has raised a user's epoch before this version: all tokens that are there were made under 0.
ALTER TABLE api_tokens ADD COLUMN epoch integer NOT NULL DEFAULT 0;

-- Who comes in by holding the installation itself is its administrator; others are made one.
ALTER TABLE users ADD COLUMN platform_admin boolean NOT NULL DEFAULT false;
UPDATE users SET platform_admin = true WHERE issuer IN ('local', 'duckmon');

-- Sign-ins that are under way, and links to sign in by, end with all else.
CREATE POLICY revocation ON one_time_tokens TO mon_api
  USING (purpose IN ('sign-in', 'login') AND current_setting('mon.revoking', true) = 'on');

-- A freeze of the api's side: the api writes this one key of meta and no other.
CREATE FUNCTION set_frozen_by_api(frozen boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO meta (key, value) VALUES ('frozen:api', frozen::text)
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
$$;
REVOKE ALL ON FUNCTION set_frozen_by_api(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_frozen_by_api(boolean) TO mon_api;

-- That administrators want new keys: the operator reads it from the scheduler. The time is the database's,
-- for a time to come would let no key grow old enough.
CREATE FUNCTION ask_rotation(how text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO meta (key, value)
  SELECT 'rotation-asked:' || how, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  WHERE how IN ('graceful', 'urgent')
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
$$;
REVOKE ALL ON FUNCTION ask_rotation(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ask_rotation(text) TO mon_api;

-- All refresh tokens that came from one another, begun with an API token and ending with it.
CREATE TABLE refresh_families (
  workspace_id text NOT NULL,
  id uuid NOT NULL,
  api_token_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  -- A token of it was used a second time: somebody has a copy.
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, api_token_id) REFERENCES api_tokens (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_families_by_token ON refresh_families (workspace_id, api_token_id);

-- `salt` makes the successor out of a token that is shown again: neither the row nor the token alone does.
CREATE TABLE refresh_tokens (
  token_hash bytea PRIMARY KEY,
  workspace_id text NOT NULL,
  family_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  salt bytea,
  FOREIGN KEY (workspace_id, family_id) REFERENCES refresh_families (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (workspace_id, family_id);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['refresh_families', 'refresh_tokens'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY workspace ON %I USING (workspace_id = current_workspace()) WITH CHECK (workspace_id = current_workspace())', t);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO mon_backup USING (true)', t);
  END LOOP;
END $$;
-- A refresh token is looked up by its hash before its workspace is known.
CREATE POLICY by_hash ON refresh_tokens FOR SELECT TO mon_api
  USING (token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex'));
GRANT SELECT ON refresh_families, refresh_tokens TO mon_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_families, refresh_tokens TO mon_api;
