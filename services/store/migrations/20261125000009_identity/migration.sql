-- Sign-in by OpenID Connect: a login that is under way is a one-time token of its own purpose.

ALTER TABLE one_time_tokens
  DROP CONSTRAINT one_time_tokens_purpose_check,
  ADD CONSTRAINT one_time_tokens_purpose_check
    CHECK (purpose IN ('sign-in', 'acknowledge', 'confirm-recipient', 'login'));
