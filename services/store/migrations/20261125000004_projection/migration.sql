-- What an operator needs of the store: monitors that mirror objects of a cluster, and a feed of what
-- became of them.

-- The transaction that last changed what a monitor's status shows. A reader that remembers the
-- oldest transaction still running when it read misses none, however commits are ordered.
ALTER TABLE monitors ADD COLUMN status_xid xid8, ADD COLUMN status_at timestamptz;
CREATE INDEX monitors_status ON monitors (status_xid, workspace_id, name)
  WHERE managed_by = 'kubernetes';

CREATE FUNCTION mark_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_xid := pg_current_xact_id();
  NEW.status_at := COALESCE(NEW.last_check_at, NEW.updated_at);
  RETURN NEW;
END $$;

CREATE TRIGGER status_begins BEFORE INSERT ON monitors FOR EACH ROW
  WHEN (NEW.managed_by = 'kubernetes') EXECUTE FUNCTION mark_status();

-- A transition is told at once, everything else (time of the last check, of the next) every five
-- minutes: in a cluster each row becomes a write to etcd.
CREATE TRIGGER status_changes BEFORE UPDATE ON monitors FOR EACH ROW
  WHEN (NEW.managed_by = 'kubernetes' AND (
    OLD.managed_by IS DISTINCT FROM NEW.managed_by
    OR (OLD.uid, OLD.generation, OLD.last_outcome, OLD.last_verdict, OLD.last_message, OLD.conditions,
        OLD.last_handled_run_request, OLD.last_change_at, OLD.goal_version, OLD.active)
      IS DISTINCT FROM
       (NEW.uid, NEW.generation, NEW.last_outcome, NEW.last_verdict, NEW.last_message, NEW.conditions,
        NEW.last_handled_run_request, NEW.last_change_at, NEW.goal_version, NEW.active)
    OR NEW.last_check_at >= OLD.status_at + interval '5 minutes'))
  EXECUTE FUNCTION mark_status();

-- The scheduler makes the workspace of a namespace it hears of, and keeps the leader's term and the
-- freeze flag.
GRANT INSERT ON workspaces TO mon_scheduler;
GRANT INSERT, UPDATE ON meta TO mon_scheduler;
-- It compares and tells over all workspaces, only while it works in none.
CREATE POLICY inventory ON channels FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
CREATE POLICY inventory ON channel_recipients FOR SELECT TO mon_scheduler
  USING (current_workspace() IS NULL);
