-- The Secrets of a cluster's channels lie in Kubernetes: notification reads them, and here is
-- remembered whether they are there.

ALTER TABLE channels
  -- Of the object in the cluster; the workspace of a person has another name.
  ADD COLUMN namespace text,
  -- contracts/channelSecret `secretState`, of the channel as it was in that generation.
  ADD COLUMN secret_state jsonb,
  ADD COLUMN secret_generation bigint,
  -- When it is looked at again; null is now.
  ADD COLUMN secret_check_at timestamptz;
CREATE INDEX channels_secret_due ON channels (secret_check_at NULLS FIRST)
  WHERE managed_by = 'kubernetes';

-- The scheduler takes what is due over all workspaces, only while it works in none.
CREATE POLICY secret_checks ON channels FOR UPDATE TO mon_scheduler
  USING (current_workspace() IS NULL AND managed_by = 'kubernetes');
