-- The scheduler's sweep deletes what has ended: sessions, one-time tokens, answers that were kept for
-- an Idempotency-Key. It sees tokens and answers of all workspaces only while it works in none.

CREATE POLICY sweep ON one_time_tokens FOR DELETE TO mon_scheduler USING (current_workspace() IS NULL);
CREATE POLICY sweep_read ON one_time_tokens FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
CREATE POLICY sweep ON idempotency_keys FOR DELETE TO mon_scheduler USING (current_workspace() IS NULL);
CREATE POLICY sweep_read ON idempotency_keys FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
GRANT DELETE ON idempotency_keys TO mon_scheduler;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Deletes at most `most` sessions whose end is before `ended`; returns how many. Runs as the owner,
-- since the scheduler may read no session.
CREATE FUNCTION delete_ended_sessions(ended timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE deleted integer;
BEGIN
  DELETE FROM sessions WHERE id_hash IN (
    SELECT id_hash FROM sessions WHERE expires_at < ended ORDER BY expires_at LIMIT most);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;
REVOKE ALL ON FUNCTION delete_ended_sessions(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_ended_sessions(timestamptz, integer) TO mon_scheduler;
