-- Second factors of people, and when a session last showed one. Each person's rows are seen only under
-- `mon.user` of that person.

ALTER TABLE sessions
  ADD COLUMN stepped_up_at timestamptz,
  -- Codes of an authenticator app that were wrong in this session.
  ADD COLUMN wrong_codes integer NOT NULL DEFAULT 0,
  -- What a passkey of this session must sign next; good once, for one purpose.
  ADD COLUMN challenge text,
  ADD COLUMN challenge_purpose text CHECK (challenge_purpose IN ('enrol', 'step-up')),
  ADD COLUMN challenge_expires_at timestamptz;

CREATE TABLE passkeys (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  credential_id text NOT NULL UNIQUE,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  PRIMARY KEY (user_id, id)
);

-- One for each person; no factor before it is confirmed by a code.
CREATE TABLE authenticator_apps (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  -- The shared secret, sealed by the scheduler with the data key.
  sealed bytea NOT NULL,
  data_key_id text NOT NULL,
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  last_used_at timestamptz,
  -- The time step of the last code: no code of this step or an earlier one is good again.
  last_step bigint,
  wrong_codes integer NOT NULL DEFAULT 0,
  locked_until timestamptz
);

CREATE TABLE recovery_codes (
  code_hash bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- What happened to the factors of a person, to be shown to that person.
CREATE TABLE factor_changes (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  action text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (user_id, id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['passkeys', 'authenticator_apps', 'recovery_codes', 'factor_changes'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON %I USING (user_id = NULLIF(current_setting(''mon.user'', true), '''')::uuid) WITH CHECK (user_id = NULLIF(current_setting(''mon.user'', true), '''')::uuid)', t);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO mon_backup USING (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON passkeys, authenticator_apps, recovery_codes, factor_changes TO mon_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys, authenticator_apps, recovery_codes TO mon_api;
GRANT SELECT, INSERT ON factor_changes TO mon_api;
