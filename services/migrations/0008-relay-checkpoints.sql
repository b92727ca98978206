-- How far the relay of the event feed has come, and which process works on it now. Of no tenant: the system's own.
CREATE TABLE relay_checkpoints (
  relay text COLLATE "C" PRIMARY KEY,
  tx xid8 NOT NULL,
  position bigint NOT NULL,
  holder text NOT NULL,
  lease_until timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE relay_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE relay_checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY relay ON relay_checkpoints TO ameide_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON relay_checkpoints TO ameide_system;

-- What a consumer of published events has done, written with what it did. Swept after 30 days.
CREATE TABLE consumed_events (
  tenant_id uuid NOT NULL,
  consumer text COLLATE "C" NOT NULL,
  event_id uuid NOT NULL,
  consumed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, consumer, event_id)
);
CREATE INDEX consumed_events_age ON consumed_events (consumed_at);
ALTER TABLE consumed_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE consumed_events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON consumed_events TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY sweep ON consumed_events TO ameide_system USING (true) WITH CHECK (false);
GRANT SELECT, INSERT ON consumed_events TO ameide_app;
GRANT SELECT, DELETE ON consumed_events TO ameide_system;
