import type { Bus } from "../../platform/bus/bus.ts";
import { BoundedMap } from "../../platform/cache/bounded-map.ts";
import type { Reader } from "../../platform/db/database.ts";
import { listAgentStates } from "./agent-store.ts";
import type { AgentState } from "./agent-state.ts";

/** Published after a tenant registered or set something. */
export const AGENTS_SUBJECT = "agents.changed";

/** So long a change may stay unseen where its wake-up was lost. */
const FRESH_MILLISECONDS = 1000;
const TENANTS = 1000;

/** What a tenant has registered and set, by agent. */
export type ReadTenantAgents = (reader: Reader) => Promise<ReadonlyMap<string, AgentState>>;

/**
 * Remembers the agents of tenants until one of them changes, and for a second at most. Callers do not share a read:
 * one may wait for a transaction in which the other one reads.
 */
export function createTenantAgents(
  bus: Bus | undefined,
  freshMilliseconds = FRESH_MILLISECONDS,
): ReadTenantAgents {
  const known = new BoundedMap<string, { agents: ReadonlyMap<string, AgentState>; readAt: number }>(TENANTS);
  let changes = 0;
  bus?.subscribe(AGENTS_SUBJECT, () => {
    changes += 1;
    known.clear();
  });
  return async (reader) => {
    const readAt = performance.now();
    const cached = known.get(reader.tenantId);
    if (cached && readAt - cached.readAt < freshMilliseconds) return cached.agents;
    const changesBefore = changes;
    const states = await listAgentStates(reader);
    const agents = new Map(states.map((state) => [state.agentId, state]));
    // What was read while something changed may be what was there before.
    if (changes === changesBefore) known.set(reader.tenantId, { agents, readAt });
    return agents;
  };
}
