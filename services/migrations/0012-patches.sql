-- Proposed changes of models. The row is the fold of the patch's events; `patch` is all of it, the columns what lists
-- look for.
CREATE TABLE graph_patches (
  tenant_id uuid NOT NULL,
  patch_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  branch text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  origin smallint NOT NULL,
  author text COLLATE "C" NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  -- Of a merge: where it comes from.
  merged_branch text COLLATE "C" NOT NULL,
  merged_version bigint NOT NULL,
  applied_version bigint NOT NULL,
  reverted boolean NOT NULL,
  patch bytea NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, patch_id)
);
CREATE INDEX graph_patches_recent ON graph_patches (tenant_id, created_at DESC, patch_id DESC);
CREATE INDEX graph_patches_of_artifact ON graph_patches (tenant_id, artifact_id, created_at DESC, patch_id DESC);
CREATE INDEX graph_patches_of_run ON graph_patches (tenant_id, run_id) WHERE run_id <> '';
CREATE INDEX graph_patches_merges ON graph_patches (tenant_id, artifact_id, merged_branch) WHERE merged_branch <> '';
ALTER TABLE graph_patches ENABLE ROW LEVEL SECURITY;
ALTER TABLE graph_patches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON graph_patches TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON graph_patches TO ameide_app;

-- Which patch, and which of its operations, is answerable for a field of an item since a version. Nobody changes it.
CREATE TABLE model_provenance (
  tenant_id uuid NOT NULL,
  -- Of the main line, or of a branch.
  stream_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  item_kind smallint NOT NULL,
  view_id text COLLATE "C" NOT NULL,
  field text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  patch_id uuid NOT NULL,
  operation_id text NOT NULL,
  removed boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, stream_id, item_id, item_kind, view_id, field, version)
);
CREATE INDEX model_provenance_recent ON model_provenance (tenant_id, stream_id, version DESC);
ALTER TABLE model_provenance ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_provenance FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_provenance TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON model_provenance TO ameide_app;

-- What agents may apply without a person.
CREATE TABLE autopilots (
  tenant_id uuid NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  operation_types jsonb NOT NULL,
  max_operations integer NOT NULL,
  version bigint NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id)
);
ALTER TABLE autopilots ENABLE ROW LEVEL SECURITY;
ALTER TABLE autopilots FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON autopilots TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON autopilots TO ameide_app;
