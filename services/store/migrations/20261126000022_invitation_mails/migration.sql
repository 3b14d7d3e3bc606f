-- An invitation is mailed to its address, of which there may be no account, by the outbox of mails about
-- accounts: such a mail belongs to its invitation and to no person, and goes with it.
ALTER TABLE account_mails
  ALTER COLUMN user_id DROP NOT NULL,
  ADD COLUMN inviting_workspace text,
  ADD COLUMN invitation_id uuid,
  ADD CONSTRAINT account_mails_invitation FOREIGN KEY (inviting_workspace, invitation_id)
    REFERENCES invitations (workspace_id, id) MATCH FULL ON DELETE CASCADE,
  ADD CONSTRAINT account_mails_to_whom CHECK (num_nonnulls(user_id, invitation_id) = 1);
CREATE INDEX account_mails_by_invitation ON account_mails (inviting_workspace, invitation_id, created_at)
  WHERE invitation_id IS NOT NULL;
-- The workspace sees what became of its mails.
CREATE POLICY by_inviter ON account_mails FOR SELECT TO mon_api
  USING (inviting_workspace = current_workspace());

-- Told apart from one that was taken back; an open one has neither time, as before.
ALTER TABLE invitations ADD COLUMN declined_at timestamptz;
CREATE INDEX invitations_by_address ON invitations (address);
-- Whose verified address it is sees it, and may accept or decline it.
CREATE POLICY by_address ON invitations TO mon_api
  USING (address = (SELECT u.email FROM users u
    WHERE u.id = NULLIF(current_setting('mon.user', true), '')::uuid))
  WITH CHECK (false);
-- Reads it before the mail goes out.
CREATE POLICY outbox ON invitations FOR SELECT TO mon_scheduler USING (current_workspace() IS NULL);
GRANT SELECT (workspace_id, id, address, role, invited_by, created_at, expires_at, revoked_at, accepted_at)
  ON invitations TO mon_scheduler;

-- Addresses that were mailed an invitation, by their SHA-256 alone: how many went out within a day, over all
-- workspaces, and whether whoever reads them wants no more. It outlives the workspaces.
CREATE TABLE invited_addresses (
  address_hash bytea PRIMARY KEY CHECK (length(address_hash) = 32),
  -- What the link that ends the mails names, and what it is signed with.
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  secret bytea NOT NULL DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
  -- Those of the last day.
  mailed_at timestamptz[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL,
  stopped_at timestamptz
);
CREATE INDEX invited_addresses_by_time ON invited_addresses (updated_at) WHERE stopped_at IS NULL;
GRANT SELECT (id, secret, stopped_at), UPDATE (stopped_at) ON invited_addresses TO mon_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON invited_addresses TO mon_scheduler;
GRANT SELECT ON invited_addresses TO mon_backup;

-- An authenticator app that nobody confirmed is removed after a day: it is no factor, and would keep its data key
-- in use.
CREATE POLICY sweep_unconfirmed ON authenticator_apps FOR DELETE TO mon_scheduler
  USING (current_workspace() IS NULL AND confirmed_at IS NULL);
GRANT SELECT (created_at, confirmed_at), DELETE ON authenticator_apps TO mon_scheduler;
