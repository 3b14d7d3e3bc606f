-- What the sign-in provider calls a person, letter by letter: in a cluster rights are bound to that
-- name and to the groups, and other spellings are other people there.

ALTER TABLE users
  ADD COLUMN email_claim text,
  ADD COLUMN group_claims text[] NOT NULL DEFAULT '{}';
