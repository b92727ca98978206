CREATE TABLE runs (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  chat_id uuid,
  message_id uuid,
  user_id text NOT NULL,
  agent_id text NOT NULL,
  agent_version text NOT NULL,
  model text NOT NULL,
  max_output_tokens integer NOT NULL DEFAULT 0,
  state smallint NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  cancel_requested boolean NOT NULL DEFAULT false,
  input bytea NOT NULL DEFAULT '',
  result bytea NOT NULL DEFAULT '',
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, run_id)
);
CREATE INDEX runs_recent ON runs (tenant_id, created_at DESC, run_id DESC);
CREATE INDEX runs_of_chat ON runs (tenant_id, chat_id, created_at DESC);
ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON runs TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON runs TO ameide_app;

-- What an executor stored of a run under way; the row goes when the run ends.
CREATE TABLE run_progress (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  progress bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, run_id)
);
ALTER TABLE run_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE run_progress FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON run_progress TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON run_progress TO ameide_app;

-- The queue: one row per run that has not ended. Executors of all tenants claim from it as the system role.
CREATE TABLE run_leases (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  executor_id text NOT NULL DEFAULT '',
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  attempt integer NOT NULL DEFAULT 0,
  cancel_requested boolean NOT NULL DEFAULT false,
  traceparent text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, run_id)
);
CREATE INDEX run_leases_due ON run_leases (lease_until, created_at);
ALTER TABLE run_leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE run_leases FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON run_leases TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY queue ON run_leases TO ameide_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON run_leases TO ameide_app;
GRANT SELECT, UPDATE ON run_leases TO ameide_system;

-- LangGraph's checkpoints. `checkpoint_ns` and the ids are LangGraph's own.
CREATE TABLE checkpoints (
  tenant_id uuid NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  checkpoint_ns text COLLATE "C" NOT NULL DEFAULT '',
  checkpoint_id text COLLATE "C" NOT NULL,
  parent_checkpoint_id text,
  type text NOT NULL,
  checkpoint bytea NOT NULL,
  metadata jsonb NOT NULL,
  PRIMARY KEY (tenant_id, thread_id, checkpoint_ns, checkpoint_id)
);
ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON checkpoints TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO ameide_app;

-- What a channel held at a version; a checkpoint names the versions, so an unchanged channel is stored once.
CREATE TABLE checkpoint_channels (
  tenant_id uuid NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  checkpoint_ns text COLLATE "C" NOT NULL DEFAULT '',
  channel text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  type text NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (tenant_id, thread_id, checkpoint_ns, channel, version)
);
ALTER TABLE checkpoint_channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoint_channels FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON checkpoint_channels TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoint_channels TO ameide_app;

CREATE TABLE checkpoint_writes (
  tenant_id uuid NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  checkpoint_ns text COLLATE "C" NOT NULL DEFAULT '',
  checkpoint_id text COLLATE "C" NOT NULL,
  task_id text COLLATE "C" NOT NULL,
  idx integer NOT NULL,
  channel text NOT NULL,
  type text NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (tenant_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
);
ALTER TABLE checkpoint_writes ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoint_writes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON checkpoint_writes TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoint_writes TO ameide_app;
