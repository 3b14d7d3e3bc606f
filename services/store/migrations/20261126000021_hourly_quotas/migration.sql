-- How many checks a workspace may begin and how many mails it may send in an hour of the clock (UTC); null is
-- without limit. A mail goes to all recipients of a channel, of whom there are 25 at most: fewer would be never.
ALTER TABLE workspaces
  ADD COLUMN max_checks_per_hour integer CHECK (max_checks_per_hour >= 0),
  ADD COLUMN max_mails_per_hour integer CHECK (max_mails_per_hour >= 25);
GRANT UPDATE (max_checks_per_hour, max_mails_per_hour) ON workspaces TO mon_api;
-- The scheduler asks again and again which workspaces have such a limit: few of many.
CREATE INDEX workspaces_hourly ON workspaces (id)
  WHERE max_checks_per_hour IS NOT NULL OR max_mails_per_hour IS NOT NULL;

-- What a workspace with a limit has used in its newest hour; the next hour takes the row over.
CREATE TABLE hourly_uses (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('checks', 'mails')),
  hour timestamptz NOT NULL,
  used integer NOT NULL CHECK (used >= 0),
  PRIMARY KEY (workspace_id, kind)
);
ALTER TABLE hourly_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE hourly_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON hourly_uses USING (workspace_id = current_workspace())
  WITH CHECK (workspace_id = current_workspace());
CREATE POLICY backup ON hourly_uses FOR SELECT TO mon_backup USING (true);
GRANT SELECT ON hourly_uses TO mon_api, mon_backup;
GRANT SELECT, INSERT, UPDATE ON hourly_uses TO mon_scheduler;
