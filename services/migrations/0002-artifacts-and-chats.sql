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
