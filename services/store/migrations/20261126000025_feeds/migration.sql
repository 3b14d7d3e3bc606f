-- Secret addresses of feeds: who has one reads the findings of a monitor, or of the whole workspace, as long as
-- the person who made it may.
CREATE TABLE feeds (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Null is all monitors of the workspace.
  monitor text,
  token_hash bytea NOT NULL UNIQUE,
  -- As of API tokens: it ends when everything of the person, or of all, is revoked.
  epoch integer NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX feeds_by_user ON feeds (user_id);

ALTER TABLE feeds ENABLE ROW LEVEL SECURITY;
ALTER TABLE feeds FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON feeds USING (workspace_id = current_workspace())
  WITH CHECK (workspace_id = current_workspace());
-- A feed is looked up by the hash of its address before its workspace is known.
CREATE POLICY by_hash ON feeds TO mon_api
  USING (token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex'));
CREATE POLICY by_user ON feeds FOR SELECT TO mon_api
  USING (user_id = NULLIF(current_setting('mon.user', true), '')::uuid);
CREATE POLICY backup ON feeds FOR SELECT TO mon_backup USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON feeds TO mon_api;
GRANT SELECT ON feeds TO mon_backup;
-- What its owner is by now decides whether it is still answered.
CREATE POLICY by_feed ON memberships FOR SELECT TO mon_api
  USING (EXISTS (SELECT FROM feeds f WHERE f.user_id = memberships.user_id
    AND f.workspace_id = memberships.workspace_id
    AND f.token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex')));
