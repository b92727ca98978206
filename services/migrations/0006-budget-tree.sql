-- A budget is a scope, an id in it, a window and a unit. What was there is the tenant's money.
ALTER TABLE budgets
  ADD COLUMN scope smallint NOT NULL DEFAULT 1,
  ADD COLUMN scope_id text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN unit smallint NOT NULL DEFAULT 1,
  ADD COLUMN soft_limit_percent smallint NOT NULL DEFAULT 80,
  ADD COLUMN raise_amount bigint NOT NULL DEFAULT 0 CHECK (raise_amount >= 0),
  ADD COLUMN raise_expires_at timestamptz,
  -- A budget that was taken away keeps its row, and with it the version of its event stream.
  ADD COLUMN deleted boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT budgets_pkey;
ALTER TABLE budgets RENAME COLUMN limit_micros TO limit_amount;
ALTER TABLE budgets ADD PRIMARY KEY (tenant_id, scope, scope_id, budget_window, unit);
GRANT DELETE ON budgets TO ameide_app;

ALTER TABLE budget_periods
  ADD COLUMN scope smallint NOT NULL DEFAULT 1,
  ADD COLUMN scope_id text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN unit smallint NOT NULL DEFAULT 1,
  ADD COLUMN soft_limit_reached_at timestamptz,
  DROP CONSTRAINT budget_periods_pkey;
ALTER TABLE budget_periods RENAME COLUMN used_micros TO used;
ALTER TABLE budget_periods RENAME COLUMN reserved_micros TO reserved;
ALTER TABLE budget_periods
  ADD PRIMARY KEY (tenant_id, scope, scope_id, budget_window, unit, period_start);
GRANT DELETE ON budget_periods TO ameide_app;

-- Whose budgets a run draws from; the row goes when the run ends. Its lock orders all that is done to the run's holds.
CREATE TABLE budget_runs (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  user_id text NOT NULL,
  team_id text NOT NULL,
  agent_id text NOT NULL,
  chat_id text NOT NULL,
  PRIMARY KEY (tenant_id, run_id)
);
ALTER TABLE budget_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON budget_runs TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON budget_runs TO ameide_app;

-- What a run holds, and in which period of which budget: bookings and releases go back exactly there.
CREATE TABLE budget_holds (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  scope smallint NOT NULL,
  scope_id text COLLATE "C" NOT NULL,
  budget_window smallint NOT NULL,
  unit smallint NOT NULL,
  period_start date NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (tenant_id, run_id, scope, scope_id, budget_window, unit, period_start)
);
ALTER TABLE budget_holds ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON budget_holds TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON budget_holds TO ameide_app;

-- Runs under way, and those that are parked and may go on. Their teams were not known. Forced row-level security would
-- hide the rows from their owner, too.
ALTER TABLE runs NO FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_reservations NO FORCE ROW LEVEL SECURITY;
INSERT INTO budget_runs (tenant_id, run_id, user_id, team_id, agent_id, chat_id)
SELECT tenant_id, run_id, user_id, '', agent_id, COALESCE(chat_id::text, '') FROM runs WHERE state IN (1, 2, 6);
INSERT INTO budget_holds (tenant_id, run_id, scope, scope_id, budget_window, unit, period_start, amount)
SELECT tenant_id, run_id, 1, '', 1, 1, day_start, reserved_micros FROM budget_reservations
UNION ALL
SELECT tenant_id, run_id, 1, '', 2, 1, month_start, reserved_micros FROM budget_reservations;
DROP TABLE budget_reservations;
ALTER TABLE runs FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_runs FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_holds FORCE ROW LEVEL SECURITY;

ALTER TABLE usage_ledger
  ADD COLUMN cached_input_tokens bigint NOT NULL DEFAULT 0,
  ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0,
  ADD COLUMN team_id text NOT NULL DEFAULT '',
  ADD COLUMN attempt integer NOT NULL DEFAULT 0,
  ADD COLUMN uncovered_micros bigint NOT NULL DEFAULT 0;
CREATE INDEX usage_ledger_of_user ON usage_ledger (tenant_id, user_id, created_at DESC, usage_entry_id DESC);
