import type { Actor } from "../platform/auth/actor.ts";
import type { Reader, Tx } from "../platform/db/database.ts";

/** A run that is to answer a message of a chat. */
export interface RunForChat {
  runId: string;
  chatId: string;
  messageId: string;
  agentId: string;
  /** The version of the message. */
  turn: number;
  /** Whether turns before it have not ended. */
  waits: boolean;
}

/** What chats need of runs. The inference slice knows chats, so it is handed in by the composition root. */
export interface RunPorts {
  /** Admits the run in the same transaction, after the message was stored. */
  admit(tx: Tx, actor: Actor, run: RunForChat, requestId: string): Promise<void>;
  /** Keeps the run's executor from writing until the transaction ends; to be taken before anything of the chat. */
  lock(tx: Tx, runId: string): Promise<void>;
  /** The message that the run answers. */
  messageOf(reader: Reader, runId: string): Promise<string>;
  /** Asks the run to stop, in the same transaction; one without an executor ends at once. */
  cancel(tx: Tx, actor: Actor, runId: string): Promise<void>;
  /** Throws AGENT_NOT_FOUND; an empty id means the default agent. Resolves to the agent's id. */
  agentOrDefault(tx: Tx, actor: Actor, agentId: string): Promise<string>;
}
