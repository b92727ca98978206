-- What the artifact holds on its main branch; what it holds elsewhere is in artifact_branches.
ALTER TABLE artifacts ADD COLUMN content jsonb;

CREATE TABLE artifact_branches (
  tenant_id uuid NOT NULL,
  branch_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  branch text COLLATE "C" NOT NULL,
  base_stream_id text COLLATE "C" NOT NULL,
  base_version bigint NOT NULL,
  version bigint NOT NULL,
  content jsonb NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, branch_id)
);
CREATE UNIQUE INDEX artifact_branches_by_name ON artifact_branches (tenant_id, artifact_id, branch) WHERE NOT deleted;
ALTER TABLE artifact_branches ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact_branches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON artifact_branches TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON artifact_branches TO ameide_app;

-- Every version of the content of a stream, main or branch.
CREATE TABLE artifact_revisions (
  tenant_id uuid NOT NULL,
  stream_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  artifact_id uuid NOT NULL,
  origin smallint NOT NULL,
  author text NOT NULL,
  comment text NOT NULL,
  patch_id text NOT NULL,
  change_count integer NOT NULL,
  -- What it holds from this version on.
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, stream_id, version)
);
ALTER TABLE artifact_revisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact_revisions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON artifact_revisions TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON artifact_revisions TO ameide_app;

-- Where graphs are kept, so that not all changes since the beginning have to be read.
CREATE TABLE model_graphs (
  tenant_id uuid NOT NULL,
  stream_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  object text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, stream_id, version)
);
ALTER TABLE model_graphs ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_graphs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_graphs TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON model_graphs TO ameide_app;

-- The elements, relations and views of the models, for search and for references between artifacts. Only rows under
-- the index that the artifact names now are in force, so that an import of any size becomes visible at once.
CREATE TABLE model_items (
  tenant_id uuid NOT NULL,
  index_id uuid NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  artifact_id uuid NOT NULL,
  kind smallint NOT NULL,
  key text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  name text NOT NULL,
  words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', left(name, 2000))) STORED,
  PRIMARY KEY (tenant_id, index_id, item_id)
);
CREATE INDEX model_items_by_key ON model_items (tenant_id, key) WHERE key <> '';
-- Without a list of what is to be sorted in: its emptying would hold up whoever comes then.
CREATE INDEX model_items_words ON model_items USING gin (words) WITH (fastupdate = off);
ALTER TABLE model_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_items FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_items TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY search ON model_items FOR SELECT TO ameide_search USING (true);
GRANT SELECT, INSERT, DELETE ON model_items TO ameide_app;
GRANT SELECT ON model_items TO ameide_search;

-- What items say of other artifacts.
CREATE TABLE model_references (
  tenant_id uuid NOT NULL,
  index_id uuid NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  artifact_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, index_id, item_id, type, target)
);
CREATE INDEX model_references_by_target ON model_references (tenant_id, target);
ALTER TABLE model_references ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_references FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_references TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE ON model_references TO ameide_app;

-- Indexes that an import writes or replaces. Whichever the artifact does not name a day later is swept: an import may
-- have been killed at any point.
CREATE TABLE model_imports (
  tenant_id uuid NOT NULL,
  index_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  begun_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, index_id)
);
CREATE INDEX model_imports_by_age ON model_imports (begun_at);
ALTER TABLE model_imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_imports FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_imports TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY sweep ON model_imports TO ameide_system USING (true) WITH CHECK (false);
GRANT SELECT, INSERT, UPDATE, DELETE ON model_imports TO ameide_app;
GRANT SELECT ON model_imports TO ameide_system;

-- See chats_with_words: words do not use their index under row-level security.
GRANT CREATE ON SCHEMA public TO ameide_search;
-- Of these indexes and types; NULL: of all. The filters go before the limit, or what they want may not be within it.
CREATE FUNCTION model_items_with_words(query text, indexes uuid[], types text[], most integer)
  RETURNS TABLE (index_id uuid, item_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT i.index_id, i.item_id FROM model_items i
    WHERE indexes IS NULL AND i.tenant_id = current_tenant() AND i.words @@ plainto_tsquery('simple', query)
      AND (types IS NULL OR i.type = ANY (types))
  UNION ALL
  SELECT i.index_id, i.item_id FROM model_items i
    WHERE i.index_id = ANY (indexes) AND i.tenant_id = current_tenant()
      AND i.words @@ plainto_tsquery('simple', query) AND (types IS NULL OR i.type = ANY (types))
  LIMIT most
$$;
ALTER FUNCTION model_items_with_words(text, uuid[], text[], integer) OWNER TO ameide_search;
REVOKE CREATE ON SCHEMA public FROM ameide_search;
REVOKE ALL ON FUNCTION model_items_with_words(text, uuid[], text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION model_items_with_words(text, uuid[], text[], integer) TO ameide_app;

-- A version that was put aside, with the file as it was exported then. Nobody changes one, not even the owner.
CREATE TABLE artifact_snapshots (
  tenant_id uuid NOT NULL,
  snapshot_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  branch text COLLATE "C" NOT NULL,
  stream_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  sha256 text NOT NULL,
  size_bytes bigint NOT NULL,
  media_type text NOT NULL,
  file_name text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, snapshot_id),
  CONSTRAINT artifact_snapshots_by_name UNIQUE (tenant_id, artifact_id, name)
);
ALTER TABLE artifact_snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact_snapshots FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON artifact_snapshots TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON artifact_snapshots TO ameide_app;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON artifact_snapshots
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Files on their way in, piece by piece.
CREATE TABLE uploads (
  tenant_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  user_id text NOT NULL,
  name text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  received bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, upload_id)
);
CREATE INDEX uploads_by_age ON uploads (expires_at);
ALTER TABLE uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE uploads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON uploads TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY sweep ON uploads TO ameide_system USING (true) WITH CHECK (false);
GRANT SELECT, INSERT, UPDATE, DELETE ON uploads TO ameide_app;
GRANT SELECT (tenant_id, upload_id, expires_at), DELETE ON uploads TO ameide_system;

CREATE TABLE upload_parts (
  tenant_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  part_offset bigint NOT NULL,
  object text NOT NULL,
  PRIMARY KEY (tenant_id, upload_id, part_offset),
  FOREIGN KEY (tenant_id, upload_id) REFERENCES uploads ON DELETE CASCADE
);
ALTER TABLE upload_parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload_parts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON upload_parts TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE ON upload_parts TO ameide_app;

-- Files that belong to an artifact. A removed one keeps its row; its bytes go when nothing else needs them.
CREATE TABLE artifact_attachments (
  tenant_id uuid NOT NULL,
  attachment_id uuid NOT NULL,
  artifact_id uuid NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  removed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, attachment_id)
);
CREATE INDEX artifact_attachments_of ON artifact_attachments (tenant_id, artifact_id, created_at DESC, attachment_id DESC)
  WHERE NOT removed;
ALTER TABLE artifact_attachments ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact_attachments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON artifact_attachments TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON artifact_attachments TO ameide_app;

-- What is in the object store under a tenant's checksums, and how often it is needed. What nobody needs goes a day
-- after it was last put; the row's lock keeps a sweep and a put apart.
CREATE TABLE stored_objects (
  tenant_id uuid NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  size_bytes bigint NOT NULL,
  needed integer NOT NULL DEFAULT 0,
  touched_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, sha256)
);
CREATE INDEX stored_objects_unneeded ON stored_objects (touched_at) WHERE needed = 0;
ALTER TABLE stored_objects ENABLE ROW LEVEL SECURITY;
ALTER TABLE stored_objects FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stored_objects TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY sweep ON stored_objects TO ameide_system USING (true) WITH CHECK (false);
GRANT SELECT, INSERT, UPDATE ON stored_objects TO ameide_app;
GRANT SELECT (tenant_id, sha256, needed, touched_at), DELETE ON stored_objects TO ameide_system;

-- The tenant's own rules for its models.
CREATE TABLE model_rules (
  tenant_id uuid NOT NULL,
  rules jsonb NOT NULL,
  version bigint NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id)
);
ALTER TABLE model_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON model_rules TO ameide_app
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON model_rules TO ameide_app;
