-- A limit that an admin set; without a row the server's default holds.
CREATE TABLE budgets (
  tenant_id uuid NOT NULL,
  budget_window smallint NOT NULL,
  limit_micros bigint NOT NULL CHECK (limit_micros >= 0),
  exhaustion_policy smallint NOT NULL,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, budget_window)
);
ALTER TABLE budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE budgets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON budgets TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON budgets TO ameide_app;

-- What was booked and is held in one period of one window.
CREATE TABLE budget_periods (
  tenant_id uuid NOT NULL,
  budget_window smallint NOT NULL,
  period_start date NOT NULL,
  used_micros bigint NOT NULL DEFAULT 0 CHECK (used_micros >= 0),
  reserved_micros bigint NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
  PRIMARY KEY (tenant_id, budget_window, period_start)
);
ALTER TABLE budget_periods ENABLE ROW LEVEL SECURITY;
ALTER TABLE budget_periods FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON budget_periods TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON budget_periods TO ameide_app;

-- What is held for one run, and in which periods; the row goes when the run ends.
CREATE TABLE budget_reservations (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  reserved_micros bigint NOT NULL CHECK (reserved_micros >= 0),
  day_start date NOT NULL,
  month_start date NOT NULL,
  PRIMARY KEY (tenant_id, run_id)
);
ALTER TABLE budget_reservations ENABLE ROW LEVEL SECURITY;
ALTER TABLE budget_reservations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON budget_reservations TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON budget_reservations TO ameide_app;

-- One row per model call. `call_id` makes a booking happen once.
CREATE TABLE usage_ledger (
  tenant_id uuid NOT NULL,
  usage_entry_id uuid NOT NULL,
  run_id uuid NOT NULL,
  call_id text NOT NULL,
  chat_id uuid,
  agent_id text NOT NULL,
  user_id text NOT NULL,
  model text NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  currency text NOT NULL,
  price_version text NOT NULL,
  aborted boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, usage_entry_id),
  CONSTRAINT usage_ledger_once UNIQUE (tenant_id, run_id, call_id)
);
CREATE INDEX usage_ledger_recent ON usage_ledger (tenant_id, created_at DESC, usage_entry_id DESC);
ALTER TABLE usage_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_ledger FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_ledger TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON usage_ledger TO ameide_app;
