CREATE TABLE artifacts (
  tenant_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  title text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  created_by text NOT NULL,
  primary_chat_id uuid,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, artifact_id)
);
CREATE INDEX artifacts_recent ON artifacts (tenant_id, updated_at DESC, artifact_id DESC);
ALTER TABLE artifacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifacts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON artifacts TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON artifacts TO ameide_app;

CREATE TABLE chats (
  tenant_id uuid NOT NULL,
  chat_id uuid NOT NULL,
  user_id text NOT NULL,
  title text NOT NULL,
  visibility smallint NOT NULL,
  team_ids text[] NOT NULL DEFAULT '{}',
  agent_id text NOT NULL,
  metadata bytea NOT NULL DEFAULT '',
  active_run_id uuid,
  message_count integer NOT NULL DEFAULT 0,
  deleted boolean NOT NULL DEFAULT false,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, chat_id)
);
CREATE INDEX chats_recent ON chats (tenant_id, updated_at DESC, chat_id DESC) WHERE NOT deleted;
ALTER TABLE chats ENABLE ROW LEVEL SECURITY;
ALTER TABLE chats FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chats TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON chats TO ameide_app;

CREATE TABLE chat_messages (
  tenant_id uuid NOT NULL,
  chat_id uuid NOT NULL,
  version bigint NOT NULL,
  message_id uuid NOT NULL,
  message bytea NOT NULL,
  tokens integer NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (tenant_id, chat_id, version)
);
CREATE INDEX chat_messages_words ON chat_messages USING gin (words);
ALTER TABLE chat_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat_messages TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_messages TO ameide_app;

CREATE TABLE chat_artifacts (
  tenant_id uuid NOT NULL,
  chat_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  relation_type smallint NOT NULL,
  created_by text NOT NULL,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, chat_id, artifact_id)
);
CREATE INDEX chat_artifacts_by_artifact ON chat_artifacts (tenant_id, artifact_id, linked_at DESC, chat_id DESC);
ALTER TABLE chat_artifacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat_artifacts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat_artifacts TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_artifacts TO ameide_app;

-- Text search does not use its index under row-level security, because its operator might leak. So it runs as a role
-- of its own whose policies show everything, inside one function that names the tenant itself.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ameide_search') THEN
    CREATE ROLE ameide_search NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  EXECUTE format('GRANT ameide_search TO %I', session_user);
END $$;
CREATE POLICY search ON chat_messages FOR SELECT TO ameide_search USING (true);
CREATE POLICY search ON chats FOR SELECT TO ameide_search USING (true);
GRANT SELECT ON chats, chat_messages TO ameide_search;
GRANT USAGE, CREATE ON SCHEMA public TO ameide_search;

CREATE FUNCTION chats_with_words(query text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT chat_id FROM chat_messages
    WHERE tenant_id = current_tenant() AND words @@ plainto_tsquery('simple', query)
  UNION
  SELECT chat_id FROM chats
    WHERE tenant_id = current_tenant() AND to_tsvector('simple', title) @@ plainto_tsquery('simple', query)
$$;
ALTER FUNCTION chats_with_words(text) OWNER TO ameide_search;
REVOKE CREATE ON SCHEMA public FROM ameide_search;
REVOKE ALL ON FUNCTION chats_with_words(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chats_with_words(text) TO ameide_app;
