import type { Actor } from "../../platform/auth/actor.ts";
import type { Bus } from "../../platform/bus/bus.ts";
import type { CommandDeps } from "../../platform/command/run-command.ts";
import type { Reader, Tx } from "../../platform/db/database.ts";
import type { EventStore, StoredEvent } from "../../platform/event-store/event-store.ts";
import { notFound, type AgentRegistry } from "../agent-registry.ts";
import { agentStream, evolveAgent, newAgent, type AgentChange, type AgentState } from "./agent-state.ts";
import { findAgentState, findVersion, insertOverride, insertVersion, saveAgentState } from "./agent-store.ts";
import { AGENTS_SUBJECT } from "./tenant-agents.ts";

export interface AgentDeps extends CommandDeps {
  events: EventStore;
  bus: Bus;
  agents: AgentRegistry;
}

/** What the tenant has of an agent. Throws AGENT_NOT_FOUND when it is neither built in nor the tenant's own. */
export async function loadAgent(reader: Reader, agents: AgentRegistry, agentId: string): Promise<AgentState> {
  const state = (await findAgentState(reader, agentId)) ?? newAgent(agentId);
  if (state.versions === 0 && !isBuiltIn(agents, agentId)) throw notFound(agentId);
  return state;
}

export const isBuiltIn = ({ builtIns }: AgentRegistry, agentId: string): boolean =>
  builtIns.some((agent) => agent.agentId === agentId);

/** Those of the named versions that the agent has. */
export async function versionsThere(
  reader: Reader,
  { builtIns }: AgentRegistry,
  agentId: string,
  named: readonly string[],
): Promise<Set<string>> {
  const there = builtIns.filter((agent) => agent.agentId === agentId).map(({ version }) => version);
  const found = new Set(there);
  for (const version of new Set(named))
    if (!found.has(version) && (await findVersion(reader, agentId, version))) found.add(version);
  return found;
}

/** Appends what was decided, stores the agent as it stands then, and tells all processes. */
export async function changeAgent(
  tx: Tx,
  deps: AgentDeps,
  actor: Actor,
  { agent, decided, requestId }: { agent: AgentState; decided: readonly AgentChange[]; requestId: string },
): Promise<AgentState> {
  if (decided.length === 0) return agent;
  const appended = await deps.events.append(
    tx,
    [{ streamId: agentStream(agent.agentId), expectedVersion: agent.version, events: decided }],
    { userId: actor.userId, requestId, traceId: actor.traceId },
  );
  let next = agent;
  for (const stored of appended) {
    next = evolveAgent(next, stored.data as AgentChange, stored);
    await saveDetails(tx, next, stored);
  }
  await saveAgentState(tx, next, deps.now());
  tx.afterCommit(() => deps.bus.publish(AGENTS_SUBJECT));
  return next;
}

async function saveDetails(
  tx: Tx,
  { agentId, versions }: AgentState,
  { data, metadata, time }: StoredEvent,
): Promise<void> {
  const event = data as AgentChange;
  if (event.$typeName === "ameide.events.v1.AgentVersionRegistered" && event.spec) {
    const { version, spec } = event;
    const createdBy = metadata.userId;
    await insertVersion(tx, agentId, { version, spec, number: versions, createdBy, createTime: time });
  }
  if (event.$typeName === "ameide.events.v1.AgentOverrideSet" && event.override) {
    const { number, override } = event;
    await insertOverride(tx, { agentId, number, override, createTime: time });
  }
}
