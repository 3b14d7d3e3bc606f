-- Money and tokens of one month of the whole installation: a cap above those of workspaces and jobs.
-- Its rows belong to no workspace. It is the last row that a reservation locks, since all wait for it.
CREATE TABLE platform_budgets (
  -- First day of the month, UTC.
  month date PRIMARY KEY,
  reserved_usd numeric(14, 6) NOT NULL DEFAULT 0,
  spent_usd numeric(14, 6) NOT NULL DEFAULT 0,
  reserved_tokens bigint NOT NULL DEFAULT 0,
  spent_tokens bigint NOT NULL DEFAULT 0,
  -- A model without a known price was used: spent_usd is then a lower bound.
  unpriced boolean NOT NULL DEFAULT false
);

-- What was reserved and spent before this table was there counts, too. The owner sees no rows of a
-- workspace while row-level security is forced on it.
ALTER TABLE budgets NO FORCE ROW LEVEL SECURITY;
INSERT INTO platform_budgets (month, reserved_usd, spent_usd, reserved_tokens, spent_tokens, unpriced)
SELECT month, sum(reserved_usd), sum(spent_usd), sum(reserved_tokens), sum(spent_tokens), bool_or(unpriced)
FROM budgets WHERE monitor = '' GROUP BY month;
ALTER TABLE budgets FORCE ROW LEVEL SECURITY;

ALTER TABLE platform_budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform_budgets FORCE ROW LEVEL SECURITY;
CREATE POLICY scheduler ON platform_budgets TO mon_scheduler USING (true) WITH CHECK (true);
CREATE POLICY backup ON platform_budgets FOR SELECT TO mon_backup USING (true);
GRANT SELECT ON platform_budgets TO mon_backup;
GRANT SELECT, INSERT, UPDATE ON platform_budgets TO mon_scheduler;
