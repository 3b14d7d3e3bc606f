-- A key for each workspace, under which its Secrets are sealed. It lies here wrapped by the data key, which is
-- in no database: whatever was sealed under it is gone with the row, though not in backups that have both.
CREATE TABLE data_keys (
  workspace_id text PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  wrapped bytea NOT NULL,
  -- Name of the data key that wraps it.
  wrapped_by text NOT NULL,
  -- Sealed under the key: which version of each Secret is the one that counts.
  versions bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX data_keys_by_wrapping ON data_keys (wrapped_by);
ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON data_keys USING (workspace_id = current_workspace())
  WITH CHECK (workspace_id = current_workspace());
CREATE POLICY backup ON data_keys FOR SELECT TO mon_backup USING (true);
CREATE POLICY sweep ON data_keys FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
GRANT SELECT ON data_keys TO mon_backup;
GRANT SELECT, INSERT, UPDATE ON data_keys TO mon_scheduler;
-- The api can throw a key away with its workspace and learn nothing of it.
GRANT SELECT (workspace_id), DELETE ON data_keys TO mon_api;

-- What is still sealed under which key is counted over all workspaces and people.
CREATE POLICY sweep ON secrets FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
CREATE INDEX secrets_by_key ON secrets (data_key_id);
CREATE POLICY sweep ON authenticator_apps FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
-- Nothing of an app but the name of the key it lies under.
GRANT SELECT (data_key_id) ON authenticator_apps TO mon_scheduler;
