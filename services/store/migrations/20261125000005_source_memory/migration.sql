-- What is remembered of a source besides its last text.

ALTER TABLE source_states
  -- Numbers that `percentChange.within` compares with, by condition: [{at, text}], oldest first.
  ADD COLUMN series jsonb NOT NULL DEFAULT '{}',
  -- The snapshots whose raw document is kept, newest first: [{snapshotId, at, blob}].
  ADD COLUMN documents jsonb NOT NULL DEFAULT '[]';
