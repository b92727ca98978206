-- Whether a run may be answered with what a model said before in the same tenant.
ALTER TABLE runs ADD COLUMN cache boolean NOT NULL DEFAULT false;

-- Answers that may be given again. `key` is a hash of everything that the model was asked.
CREATE TABLE model_cache (
  tenant_id uuid NOT NULL,
  key bytea NOT NULL,
  model text NOT NULL,
  answer text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX model_cache_age ON model_cache (tenant_id, created_at);
CREATE INDEX model_cache_expiry ON model_cache (expires_at);
ALTER TABLE model_cache ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_cache FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_cache TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY sweep ON model_cache TO ameide_system USING (true) WITH CHECK (false);
GRANT SELECT, INSERT, UPDATE, DELETE ON model_cache TO ameide_app;
GRANT SELECT (tenant_id, key, expires_at), DELETE ON model_cache TO ameide_system;

-- How each executor finds the models that it calls, told every few seconds. Of no tenant: the system's own.
CREATE TABLE provider_health (
  executor_id text COLLATE "C" NOT NULL,
  model text NOT NULL,
  breaker text NOT NULL,
  in_flight integer NOT NULL,
  success_percent integer,
  first_token_ms integer,
  failure text NOT NULL,
  failed_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (executor_id, model)
);
ALTER TABLE provider_health ENABLE ROW LEVEL SECURITY;
ALTER TABLE provider_health FORCE ROW LEVEL SECURITY;
CREATE POLICY health ON provider_health TO ameide_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_health TO ameide_system;
