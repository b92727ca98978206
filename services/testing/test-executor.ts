import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { v7 as uuidv7 } from "uuid";
import { createAgentRegistry, createModelCatalog } from "../inference/index.ts";
import type { ProviderConfig } from "../platform/config/config.ts";
import type { Database } from "../platform/db/database.ts";
import type { AgentEvent, AgentExecutor, AgentRequest, Restored } from "../execution/agent-event.ts";
import { createAgentExecutor, type AgentExecutorDeps } from "../execution/agent-executor.ts";
import { openTestPglite } from "./databases.ts";
import { NO_MODELS } from "./no-models.ts";

/** A migrated database in memory, for tests. */
export async function openTestDatabase(): Promise<Database> {
  return (await openTestPglite({})).database;
}

/** An executor for tests, with a clock that stands and one artifact. */
export function createTestExecutor(database: Database, deps: Partial<AgentExecutorDeps> = {}): AgentExecutor {
  const providers: readonly ProviderConfig[] = deps.providers ?? [];
  const order = { artifactId: "a-1", title: "Order handling", kind: "bpmn", updateTime: new Date(0) };
  return createAgentExecutor({
    database,
    agents: createAgentRegistry(createModelCatalog(providers)),
    providers,
    offlineTokensPerSecond: 0,
    tools: {
      now: () => new Date(0),
      findArtifacts: async (_who, query) => (query === "Order" ? [order] : []),
      createArtifact: async (_who, { title }) => `id of ${title}`,
      models: NO_MODELS,
    },
    ...deps,
  });
}

/** A request of a fresh tenant to the offline model. */
export function requestFor(text: string, fields: Partial<AgentRequest> = {}): AgentRequest {
  return {
    tenantId: uuidv7(),
    userId: "alice",
    runId: uuidv7(),
    chatId: "",
    attempt: 1,
    agentId: "simple-chat",
    agentVersion: "1",
    model: "offline/offline",
    conversation: [{ role: "user", text }],
    maxOutputTokens: 1024,
    beforeModelCall: async () => undefined,
    signal: new AbortController().signal,
    ...fields,
  };
}

export interface Execution {
  events: AgentEvent[];
  /** What it threw; undefined when it ended by itself. */
  error: unknown;
}

export async function collect(events: AsyncIterable<AgentEvent>): Promise<Execution> {
  const result: Execution = { events: [], error: undefined };
  try {
    for await (const event of events) result.events.push(event);
  } catch (error) {
    result.error = error;
  }
  return result;
}

export function textOf(events: readonly AgentEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("");
}

export function eventsOf<T extends AgentEvent["type"]>(
  events: readonly AgentEvent[],
  type: T,
): Extract<AgentEvent, { type: T }>[] {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

/** What an execution without a checkpoint tells first when it is not the first attempt. */
export const NOTHING_RESTORED: Restored = {
  type: "restored",
  parts: [],
  finishReason: FinishReason.UNSPECIFIED,
  ended: [],
};
