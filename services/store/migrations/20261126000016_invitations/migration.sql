-- Invitations into a workspace: who may accept is said by the address, and that it is meant by the token.
CREATE TABLE invitations (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- Canonical, in lower case.
  address text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
  token_hash bytea NOT NULL UNIQUE,
  -- Null when the person is no more: nobody accepts it then.
  invited_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  accepted_at timestamptz,
  -- The address was that person's, so it goes with the account.
  accepted_by uuid REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);
-- Of one address one is open at a time.
CREATE UNIQUE INDEX invitations_open ON invitations (workspace_id, address)
  WHERE revoked_at IS NULL AND accepted_at IS NULL;
CREATE INDEX invitations_by_inviter ON invitations (invited_by);
CREATE INDEX invitations_by_person ON invitations (accepted_by);

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON invitations USING (workspace_id = current_workspace())
  WITH CHECK (workspace_id = current_workspace());
-- Whoever has the link is no member yet.
CREATE POLICY by_hash ON invitations TO mon_api
  USING (token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex'));
CREATE POLICY backup ON invitations FOR SELECT TO mon_backup USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO mon_api;
GRANT SELECT ON invitations TO mon_backup;

-- What a workspace may spend in a month where it is not what all may; null is that.
ALTER TABLE workspaces
  ADD COLUMN max_usd_per_month numeric(14, 6) CHECK (max_usd_per_month >= 0),
  ADD COLUMN max_tokens_per_month bigint CHECK (max_tokens_per_month >= 0);
GRANT UPDATE (display_name, max_usd_per_month, max_tokens_per_month) ON workspaces TO mon_api;
