-- Messages that wait for their turn in a chat, and turns that were rolled back.
ALTER TABLE chats
  ADD COLUMN waiting_run_ids uuid[] NOT NULL DEFAULT '{}',
  ADD COLUMN withdrawn_run_ids uuid[] NOT NULL DEFAULT '{}';

ALTER TABLE chat_messages
  ADD COLUMN turn bigint NOT NULL DEFAULT 0,
  ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
-- Until now turns followed each other, so the order of the messages is that of their turns. Forced row-level security
-- would hide the rows from their owner, too.
ALTER TABLE chat_messages NO FORCE ROW LEVEL SECURITY;
UPDATE chat_messages SET turn = version;
ALTER TABLE chat_messages FORCE ROW LEVEL SECURITY;
CREATE INDEX chat_messages_by_turn ON chat_messages (tenant_id, chat_id, turn, version);

-- `tries` are attempts since the run began or was resumed, without those that were given back; `resumed` is an encoded
-- RunResumed: the answer to the last question.
ALTER TABLE runs
  ADD COLUMN turn bigint NOT NULL DEFAULT 0,
  ADD COLUMN tries integer NOT NULL DEFAULT 0,
  ADD COLUMN resumed bytea NOT NULL DEFAULT '';
