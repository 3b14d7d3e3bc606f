-- What was erased for good, so that a backup that is restored does not bring it back: a hash of its id, and
-- nothing else of it.
CREATE TABLE erasures (
  kind text NOT NULL CHECK (kind IN ('workspace', 'user')),
  -- SHA-256 of the id.
  key_hash bytea NOT NULL,
  -- What was made later under the same id is something else and stays.
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (kind, key_hash)
);
GRANT SELECT ON erasures TO mon_scheduler, mon_backup;
-- The api asks and the scheduler erases: neither alone can take a workspace's audit away.
GRANT SELECT, INSERT, UPDATE ON erasures TO mon_api;

-- Deletes what is left of a workspace that was asked to be erased; its history is gone by then. Returns
-- whether there was something to erase.
CREATE FUNCTION erase_workspace(ws text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM workspaces w JOIN erasures e ON e.kind = 'workspace'
      AND e.key_hash = sha256(convert_to(w.id, 'UTF8')) AND e.asked_at >= w.created_at
    WHERE w.id = ws;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM set_config('mon.workspace', ws, true);
  DELETE FROM audit WHERE workspace_id = ws;
  DELETE FROM audit_heads WHERE workspace_id = ws;
  DELETE FROM one_time_tokens WHERE workspace_id = ws;
  DELETE FROM workspaces WHERE id = ws;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION erase_workspace(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_workspace(text) TO mon_scheduler;
