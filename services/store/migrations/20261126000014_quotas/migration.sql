-- How many monitors a workspace may have; null is without limit. In a cluster a ResourceQuota of the
-- namespace says it, for whatever comes from there.
ALTER TABLE workspaces ADD COLUMN max_monitors integer CHECK (max_monitors >= 0);
GRANT UPDATE (max_monitors) ON workspaces TO mon_api;
