-- Which artifacts hold a process or a decision, by the id that others call it by.
CREATE INDEX model_items_called ON model_items (tenant_id, item_id) WHERE type IN ('process', 'decision');

-- What is referred to without the prefix that a file writes before it: functions do not use indexes under row-level
-- security, columns do.
ALTER TABLE model_references
  ADD COLUMN local_target text COLLATE "C" NOT NULL GENERATED ALWAYS AS (regexp_replace(target, '^[^:]*:', '')) STORED;
CREATE INDEX model_references_by_local_target ON model_references (tenant_id, local_target);
