-- What people say of verdicts, and of findings that no model judged: each is a labelled case. It keeps what was
-- judged, because history goes after its retention.
CREATE TABLE feedback (
  workspace_id text NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  about text NOT NULL CHECK (about IN ('verdict', 'finding')),
  about_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  monitor text NOT NULL,
  at timestamptz NOT NULL,
  -- Whether it was right to tell, or to tell nobody.
  agrees boolean NOT NULL,
  told boolean NOT NULL,
  why text NOT NULL DEFAULT '' CHECK (char_length(why) <= 500),
  -- store/feedback `Judged`.
  judged jsonb NOT NULL,
  PRIMARY KEY (workspace_id, about_id, user_id)
);
CREATE INDEX feedback_by_time ON feedback (workspace_id, at DESC, about_id, user_id);
CREATE INDEX feedback_by_monitor ON feedback (workspace_id, monitor, about_id, at);
CREATE INDEX feedback_by_user ON feedback (user_id);

ALTER TABLE feedback ENABLE ROW LEVEL SECURITY;
ALTER TABLE feedback FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace ON feedback USING (workspace_id = current_workspace())
  WITH CHECK (workspace_id = current_workspace());
-- A person's copy of all that is theirs.
CREATE POLICY by_user ON feedback FOR SELECT TO mon_api
  USING (user_id = NULLIF(current_setting('mon.user', true), '')::uuid);
CREATE POLICY backup ON feedback FOR SELECT TO mon_backup USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON feedback TO mon_api;
GRANT SELECT ON feedback TO mon_backup;
