import type { RunPorts } from "../chat/index.ts";
import { DEFAULT_AGENT_ID } from "./agent-registry.ts";
import { admitRun } from "./admit-run.ts";
import { cancelRunOfChat } from "./cancel-run.ts";
import type { RunDeps } from "./change-run.ts";
import { lockLease } from "./lease-store.ts";
import { findRun } from "./store.ts";

/** What chats need of runs. */
export function createChatRuns(deps: RunDeps): RunPorts {
  return {
    async admit(tx, actor, run, requestId) {
      await admitRun(tx, deps, actor, { ...run, messages: [], maxOutputTokens: 0, requestId });
    },
    messageOf: async (reader, runId) => (await findRun(reader, runId))?.messageId ?? "",
    lock: lockLease,
    cancel: (tx, actor, runId) => cancelRunOfChat(tx, deps, actor, runId),
    agentOrDefault: async (tx, actor, agentId) =>
      (await deps.agents.get(tx, agentId || DEFAULT_AGENT_ID, actor.userId)).agentId,
  };
}
