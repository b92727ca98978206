-- Two roles that own nothing. The app role sees one tenant at a time; the system role sees the event feed,
-- the run queue and the keys and ages of requests of all tenants. Roles belong to the whole server, so another database may have made them.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ameide_app') THEN
    CREATE ROLE ameide_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ameide_system') THEN
    CREATE ROLE ameide_system NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  EXECUTE format('GRANT ameide_app, ameide_system TO %I', session_user);
END $$;

GRANT USAGE ON SCHEMA public TO ameide_app, ameide_system;

CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN NULLIF(current_setting('app.tenant_id', true), '')::uuid;

CREATE TABLE events (
  tenant_id uuid NOT NULL,
  stream_id text COLLATE "C" NOT NULL,
  stream_version bigint NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  type text NOT NULL,
  data bytea NOT NULL,
  metadata bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, stream_id, stream_version)
);
CREATE INDEX events_feed ON events (tx, position);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON events TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY feed ON events FOR SELECT TO ameide_system USING (true);
GRANT SELECT, INSERT ON events TO ameide_app;
GRANT SELECT ON events TO ameide_system;

-- What a command answered, so that a repeat gets the same answer. Swept after 48 hours.
CREATE TABLE request_log (
  tenant_id uuid NOT NULL,
  user_id text NOT NULL,
  request_id uuid NOT NULL,
  request_hash bytea NOT NULL,
  response bytea NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id, request_id)
);
CREATE INDEX request_log_age ON request_log (created_at);
ALTER TABLE request_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON request_log TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY sweep ON request_log TO ameide_system USING (true) WITH CHECK (false);
GRANT SELECT, INSERT, UPDATE ON request_log TO ameide_app;
GRANT SELECT (tenant_id, user_id, request_id, created_at), DELETE ON request_log TO ameide_system;
