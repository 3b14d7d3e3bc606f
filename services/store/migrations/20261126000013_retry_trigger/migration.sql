-- Checks that failed on our side are tried again before their next slot.

-- store/memory `Retry`; null where nothing failed so.
ALTER TABLE monitors ADD COLUMN retry jsonb;

-- Whatever was allowed is allowed still, so that nothing has to be looked through: a year of history has
-- some 500 partitions.
ALTER TABLE checks
  DROP CONSTRAINT checks_trigger_check,
  ADD CONSTRAINT checks_trigger_check
    CHECK (trigger IN ('schedule', 'manual', 'confirm', 'rejudge', 'retry')) NOT VALID;
