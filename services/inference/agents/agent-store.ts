import {
  AgentOverrideSchema,
  AgentSpecSchema,
  type AgentOverride,
  type AgentSpec,
} from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import {
  AgentOverrideSetSchema,
  AgentRolloutSetSchema,
} from "@ameide/proto-private/ameide/events/v1/agent_events_pb.js";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { and, asc, eq, gt } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import type { AgentState } from "./agent-state.ts";
import { agentOverrides, agents, agentVersions } from "./tables.ts";

/** A version as it was registered. */
export interface RegisteredVersion {
  version: string;
  /** Dense from 1 within the agent. */
  number: number;
  spec: AgentSpec;
  createdBy: string;
  createTime: Date;
}

type AgentRow = typeof agents.$inferSelect;

function stateOf({
  agentId,
  versions,
  rollout,
  override,
  latestOverride,
  version,
  updateTime,
}: AgentRow): AgentState {
  const { number, override: inEffect } = fromBinary(AgentOverrideSetSchema, override);
  return {
    agentId,
    versions,
    shares: fromBinary(AgentRolloutSetSchema, rollout).shares,
    override: inEffect,
    overrideNumber: number,
    latestOverride,
    version,
    updateTime,
  };
}

/** All of the tenant, by id. */
export async function listAgentStates(reader: Reader): Promise<AgentState[]> {
  const rows = await reader.sql
    .select()
    .from(agents)
    .where(eq(agents.tenantId, reader.tenantId))
    .orderBy(asc(agents.agentId));
  return rows.map(stateOf);
}

export async function findAgentState(reader: Reader, agentId: string): Promise<AgentState | undefined> {
  const [row] = await reader.sql
    .select()
    .from(agents)
    .where(and(eq(agents.tenantId, reader.tenantId), eq(agents.agentId, agentId)));
  return row && stateOf(row);
}

/** The row is the fold of the agent's events, stored with them. */
export async function saveAgentState(tx: Tx, state: AgentState, now: Date): Promise<void> {
  const { agentId, versions, latestOverride, version, updateTime = now, override } = state;
  const inEffect = { agentId, number: state.overrideNumber, ...(override && { override }) };
  const row = {
    versions,
    latestOverride,
    version,
    updateTime,
    rollout: toBinary(
      AgentRolloutSetSchema,
      create(AgentRolloutSetSchema, { agentId, shares: [...state.shares] }),
    ),
    override: toBinary(AgentOverrideSetSchema, create(AgentOverrideSetSchema, inEffect)),
  };
  await tx.sql
    .insert(agents)
    .values({ tenantId: tx.tenantId, agentId, ...row })
    .onConflictDoUpdate({ target: [agents.tenantId, agents.agentId], set: row });
}

const ofAgent = (reader: Reader, agentId: string) =>
  and(eq(agentVersions.tenantId, reader.tenantId), eq(agentVersions.agentId, agentId));

const versionOf = ({ version, number, spec, createdBy, createTime }: typeof agentVersions.$inferSelect) => ({
  version,
  number,
  spec: fromBinary(AgentSpecSchema, spec),
  createdBy,
  createTime,
});

export async function insertVersion(tx: Tx, agentId: string, registered: RegisteredVersion): Promise<void> {
  const spec = toBinary(AgentSpecSchema, registered.spec);
  await tx.sql.insert(agentVersions).values({ ...registered, tenantId: tx.tenantId, agentId, spec });
}

export async function findVersion(
  reader: Reader,
  agentId: string,
  version: string,
): Promise<RegisteredVersion | undefined> {
  const [row] = await reader.sql
    .select()
    .from(agentVersions)
    .where(and(ofAgent(reader, agentId), eq(agentVersions.version, version)));
  return row && versionOf(row);
}

/** Oldest first. */
export async function listVersions(
  reader: Reader,
  agentId: string,
  { after, limit }: { after: number; limit: number },
): Promise<RegisteredVersion[]> {
  const rows = await reader.sql
    .select()
    .from(agentVersions)
    .where(and(ofAgent(reader, agentId), gt(agentVersions.number, after)))
    .orderBy(asc(agentVersions.number))
    .limit(limit);
  return rows.map(versionOf);
}

export async function insertOverride(
  tx: Tx,
  {
    agentId,
    number,
    override,
    createTime,
  }: { agentId: string; number: number; override: AgentOverride; createTime: Date },
): Promise<void> {
  const encoded = toBinary(AgentOverrideSchema, override);
  await tx.sql
    .insert(agentOverrides)
    .values({ tenantId: tx.tenantId, agentId, number, override: encoded, createTime });
}

export async function findOverride(
  reader: Reader,
  agentId: string,
  number: number,
): Promise<AgentOverride | undefined> {
  const [row] = await reader.sql
    .select({ override: agentOverrides.override })
    .from(agentOverrides)
    .where(
      and(
        eq(agentOverrides.tenantId, reader.tenantId),
        eq(agentOverrides.agentId, agentId),
        eq(agentOverrides.number, number),
      ),
    );
  return row && fromBinary(AgentOverrideSchema, row.override);
}
