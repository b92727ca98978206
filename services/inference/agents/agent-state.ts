import type { AgentOverride, AgentSpec } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import {
  AgentOverrideSetSchema,
  AgentRolloutSetSchema,
  AgentVersionRegisteredSchema,
  type AgentOverrideSet,
  type AgentRolloutSet,
  type AgentVersionRegistered,
} from "@ameide/proto-private/ameide/events/v1/agent_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { AppError } from "../../platform/errors/app-error.ts";
import type { Share } from "./pick-version.ts";

export type AgentChange = AgentVersionRegistered | AgentRolloutSet | AgentOverrideSet;

/** What a tenant has registered and set of an agent, its own or a built-in one. */
export interface AgentState {
  agentId: string;
  /** How many versions the tenant has registered; none of a built-in agent. */
  versions: number;
  /** Empty: as the operator set them. */
  shares: readonly Share[];
  /** The override in effect. */
  override: AgentOverride | undefined;
  /** The number of the override in effect; 0 for none. */
  overrideNumber: number;
  /** The number of the latest override, in effect or not. */
  latestOverride: number;
  /** 0 as long as nothing was registered or set. */
  version: number;
  updateTime: Date | undefined;
}

export const agentStream = (agentId: string): string => `agent-${agentId}`;

export function newAgent(agentId: string): AgentState {
  return {
    agentId,
    versions: 0,
    shares: [],
    override: undefined,
    overrideNumber: 0,
    latestOverride: 0,
    version: 0,
    updateTime: undefined,
  };
}

interface Registration {
  version: string;
  spec: AgentSpec;
  /** Whether the agent has a version of that name. */
  exists: boolean;
}

/** The first version gets all runs. */
export function decideRegister(agent: AgentState, { version, spec, exists }: Registration): AgentChange[] {
  const { agentId } = agent;
  if (exists) {
    const message = `the agent ${agentId} has a version ${version}, which never changes; take another name`;
    throw new AppError("AGENT_VERSION_EXISTS", message, { metadata: { agent_id: agentId, version } });
  }
  const registered = create(AgentVersionRegisteredSchema, { agentId, version, spec });
  const shares = [{ version, percent: 100 }];
  return agent.versions > 0 ? [registered] : [registered, create(AgentRolloutSetSchema, { agentId, shares })];
}

/** Setting what is set changes nothing. */
export function decideRollout(agent: AgentState, shares: readonly Share[]): AgentChange[] {
  const { agentId } = agent;
  if (JSON.stringify(shares.map(pairOf)) === JSON.stringify(agent.shares.map(pairOf))) return [];
  return [create(AgentRolloutSetSchema, { agentId, shares: [...shares] })];
}

const pairOf = ({ version, percent }: Share): unknown => [version, percent];

/** Every override has a number of its own, so that runs can name the one that they began with. */
export function decideOverride(agent: AgentState, override: AgentOverride | undefined): AgentChange[] {
  const { agentId, latestOverride } = agent;
  if (!override && !agent.override) return [];
  const number = latestOverride + 1;
  return [create(AgentOverrideSetSchema, { agentId, number, ...(override && { override }) })];
}

export function evolveAgent(
  agent: AgentState,
  event: AgentChange,
  at: { version: number; time: Date },
): AgentState {
  const next = { ...agent, version: at.version, updateTime: at.time };
  switch (event.$typeName) {
    case "ameide.events.v1.AgentVersionRegistered":
      return { ...next, versions: agent.versions + 1 };
    case "ameide.events.v1.AgentRolloutSet":
      return { ...next, shares: event.shares };
    case "ameide.events.v1.AgentOverrideSet":
      return {
        ...next,
        override: event.override,
        overrideNumber: event.override ? event.number : 0,
        latestOverride: event.number,
      };
  }
}
