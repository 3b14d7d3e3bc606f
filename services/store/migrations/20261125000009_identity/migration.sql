-- Sign-in by OpenID Connect: a login that is under way is a one-time token of its own purpose.

ALTER TABLE one_time_tokens
  DROP CONSTRAINT one_time_tokens_purpose_check,
  ADD CONSTRAINT one_time_tokens_purpose_check
    CHECK (purpose IN ('sign-in', 'acknowledge', 'confirm-recipient', 'login'));

-- A bearer token may do no more than its owner may by now.
CREATE POLICY by_token ON memberships FOR SELECT TO mon_api
  USING (EXISTS (SELECT FROM api_tokens t WHERE t.user_id = memberships.user_id
    AND t.workspace_id = memberships.workspace_id
    AND t.token_hash = decode(NULLIF(current_setting('mon.token_hash', true), ''), 'hex')));
