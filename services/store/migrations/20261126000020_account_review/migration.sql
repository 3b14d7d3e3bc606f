-- What is of one person in all workspaces, for that person's copy of it; and of everybody, for administrators
-- who look whose accounts are still in use.

CREATE POLICY by_user ON api_tokens FOR SELECT TO mon_api
  USING (user_id = NULLIF(current_setting('mon.user', true), '')::uuid);
-- What a person did, and what was done with the account.
CREATE POLICY by_person ON audit FOR SELECT TO mon_api
  USING (actor = 'user:' || NULLIF(current_setting('mon.user', true), '')
    OR subject = 'user/' || NULLIF(current_setting('mon.user', true), ''));
CREATE INDEX audit_by_actor ON audit (actor, at);
CREATE INDEX audit_by_subject ON audit (subject, seq);

-- Who reviews sees where everybody is a member, and that there are tokens and factors; who does not, nothing.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['memberships', 'api_tokens', 'passkeys', 'authenticator_apps'] LOOP
    EXECUTE format('CREATE POLICY review ON %I FOR SELECT TO mon_api USING (current_setting(''mon.reviewing'', true) = ''on'')', t);
  END LOOP;
END $$;
