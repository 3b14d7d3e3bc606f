-- Mails to a person about their own account, written in the transaction of what they tell of. They belong to
-- the person and to no workspace; the api writes them, the scheduler sends them.

CREATE TABLE account_mails (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind text NOT NULL,
  -- What the mail says besides its kind; no secret.
  detail jsonb NOT NULL DEFAULT '{}',
  -- What happened once is told once.
  key text NOT NULL UNIQUE,
  -- The older mail that tells of this as well; the state is that one's.
  told_with uuid,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN
    ('pending', 'sending', 'unknown', 'joined', 'sent', 'dead', 'notConfigured', 'noAddress')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  first_attempt_at timestamptz,
  lease_until timestamptz,
  lease_owner text,
  lease_token bigint NOT NULL DEFAULT 0,
  unknown_since timestamptz,
  resent boolean NOT NULL DEFAULT false,
  provider_id text,
  last_error text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX account_mails_due ON account_mails (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX account_mails_by_user ON account_mails (user_id, created_at, id);
CREATE INDEX account_mails_by_lead ON account_mails (told_with) WHERE told_with IS NOT NULL;
CREATE INDEX account_mails_by_lease ON account_mails (lease_owner) WHERE lease_until IS NOT NULL;

ALTER TABLE account_mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_mails FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON account_mails FOR SELECT TO mon_api
  USING (user_id = NULLIF(current_setting('mon.user', true), '')::uuid);
-- Whoever changes somebody's account, an administrator too, tells that person.
CREATE POLICY tell ON account_mails FOR INSERT TO mon_api WITH CHECK (true);
CREATE POLICY outbox ON account_mails TO mon_scheduler
  USING (current_workspace() IS NULL) WITH CHECK (current_workspace() IS NULL);
CREATE POLICY backup ON account_mails FOR SELECT TO mon_backup USING (true);
GRANT SELECT, INSERT ON account_mails TO mon_api;
GRANT SELECT, UPDATE, DELETE ON account_mails TO mon_scheduler;
GRANT SELECT ON account_mails TO mon_backup;
