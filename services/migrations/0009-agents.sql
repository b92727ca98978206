-- What a tenant has registered and set of an agent, its own or a built-in one.
CREATE TABLE agents (
  tenant_id uuid NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  versions integer NOT NULL,
  rollout bytea NOT NULL,
  override bytea NOT NULL,
  latest_override integer NOT NULL,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id)
);
ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE agents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agents TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON agents TO ameide_app;

-- Versions never change: runs name them.
CREATE TABLE agent_versions (
  tenant_id uuid NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  spec bytea NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, version),
  CONSTRAINT agent_versions_in_order UNIQUE (tenant_id, agent_id, number)
);
ALTER TABLE agent_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agent_versions TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON agent_versions TO ameide_app;

-- Every override that was ever in effect: runs name it by its number.
CREATE TABLE agent_overrides (
  tenant_id uuid NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  override bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, number)
);
ALTER TABLE agent_overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_overrides FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agent_overrides TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON agent_overrides TO ameide_app;
