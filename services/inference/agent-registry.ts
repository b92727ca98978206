import type { Bus } from "../platform/bus/bus.ts";
import { BoundedMap } from "../platform/cache/bounded-map.ts";
import type { AgentRolloutConfig } from "../platform/config/agent-rollout-config.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { needsOf, type AgentDefinition } from "./agents/agent-definition.ts";
import { definitionOf } from "./agents/agent-spec.ts";
import type { AgentState } from "./agents/agent-state.ts";
import { findOverride, findVersion } from "./agents/agent-store.ts";
import { applyOverride, changesAgent } from "./agents/apply-override.ts";
import { BUILT_IN_AGENTS } from "./agents/built-in-agents.ts";
import type { Parts } from "./agents/check-agent.ts";
import { operatorShares, requireBuiltIns } from "./agents/operator-rollouts.ts";
import { pickVersion, type Share } from "./agents/pick-version.ts";
import { createTenantAgents } from "./agents/tenant-agents.ts";
import { labelOf, parseLabel } from "./agents/version-label.ts";
import type { ModelCatalog, ModelInfo } from "./model-catalog.ts";
import { routeModels } from "./route-models.ts";

export { needsOf, type AgentDefinition } from "./agents/agent-definition.ts";
export { DEFAULT_AGENT_ID } from "./agents/built-in-agents.ts";

/**
 * The agents that are built in and those that tenants registered. A reader says whose; the tenant's settings are
 * remembered for a second at most, versions for ever.
 */
export interface AgentRegistry {
  /** All versions, oldest first. */
  readonly builtIns: readonly AgentDefinition[];
  /** What agents can be made of. */
  readonly parts: Parts;
  /** Agents of the tenant, by id, each in the version that a run of the subject would get. Default: all. */
  list(reader: Reader, subject: string, part?: { from: number; limit: number }): Promise<AgentDefinition[]>;
  /** The version that a new run of the subject, its chat or else its user, gets. Throws AGENT_NOT_FOUND. */
  get(reader: Reader, agentId: string, subject: string): Promise<AgentDefinition>;
  /** The version that a run started with. Throws AGENT_NOT_FOUND. */
  getVersion(reader: Reader, agentId: string, version: string): Promise<AgentDefinition>;
  /** Which versions new runs of the tenant get. */
  sharesOf(tenantId: string, agent: Pick<AgentState, "agentId" | "shares">): readonly Share[];
  /** The models it uses, best first: those that can do what it needs. Throws PROVIDERS_EXHAUSTED when there is none. */
  modelsOf(agent: AgentDefinition): Models;
  /** The same, but none where none of those that it names is configured any more. */
  findModels(agent: AgentDefinition): readonly ModelInfo[];
}

export interface AgentRegistryOptions {
  /** Tells of changes; without it they are seen within a second. */
  bus?: Bus;
  builtIns?: readonly AgentDefinition[];
  /** Of built-in agents. Default: their newest versions. */
  rollouts?: readonly AgentRolloutConfig[];
  /** The names of all tools. Default: those of the built-in agents. */
  tools?: readonly string[];
  /** How long a tenant's settings are remembered. */
  freshMilliseconds?: number;
}

type Models = readonly [ModelInfo, ...ModelInfo[]];

/** So many versions are kept at hand; others are read again. */
const DEFINITIONS = 2000;

export function createAgentRegistry(
  catalog: ModelCatalog,
  options: AgentRegistryOptions = {},
): AgentRegistry {
  const { builtIns = BUILT_IN_AGENTS, rollouts = [] } = options;
  requireBuiltIns(builtIns, rollouts);
  const tools = new Set(options.tools ?? builtIns.flatMap((agent) => agent.tools));
  const tenantAgents = createTenantAgents(options.bus, options.freshMilliseconds);
  const getVersion = createVersions(builtIns, tools);
  const sharesOf: AgentRegistry["sharesOf"] = (tenantId, { agentId, shares }) =>
    shares.length > 0 ? shares : operatorShares(builtIns, rollouts, { tenantId, agentId });

  const choose = (reader: Reader, agentId: string, state: AgentState | undefined, subject: string) => {
    const { override, overrideNumber = 0, shares = [] } = state ?? {};
    if (override?.disabled) return undefined;
    const inEffect = sharesOf(reader.tenantId, { agentId, shares });
    const picked = pickVersion(inEffect, `${reader.tenantId}/${agentId}/${subject}`);
    const version = override?.pinnedVersion || picked;
    if (version === undefined) return undefined;
    return labelOf({ version, override: override && changesAgent(override) ? overrideNumber : 0 });
  };
  const get: AgentRegistry["get"] = async (reader, agentId, subject) => {
    const agents = await tenantAgents(reader);
    const version = choose(reader, agentId, agents.get(agentId), subject);
    if (version === undefined) throw notFound(agentId);
    return getVersion(reader, agentId, version);
  };
  return {
    builtIns,
    parts: { tools, models: catalog.list() },
    async list(reader, subject, { from, limit } = { from: 0, limit: Infinity }) {
      const agents = await tenantAgents(reader);
      const ids = [...new Set([...builtIns.map(({ agentId }) => agentId), ...agents.keys()])].toSorted();
      const there = ids.filter((id) => choose(reader, id, agents.get(id), subject) !== undefined);
      return Promise.all(there.slice(from, from + limit).map((id) => get(reader, id, subject)));
    },
    get,
    getVersion,
    sharesOf,
    modelsOf: (agent) => findModels(catalog, agent) ?? refuseWithoutModel(agent),
    findModels: (agent) => findModels(catalog, agent) ?? [],
  };
}

function createVersions(
  builtIns: readonly AgentDefinition[],
  tools: ReadonlySet<string>,
): AgentRegistry["getVersion"] {
  const known = new BoundedMap<string, AgentDefinition>(DEFINITIONS);
  return async (reader, agentId, label) => {
    const { version, override } = parseLabel(label);
    const builtIn = builtIns.find((agent) => agent.agentId === agentId && agent.version === version);
    if (builtIn && override === 0) return builtIn;
    const key = `${reader.tenantId}/${agentId}@${label}`;
    const cached = known.get(key);
    if (cached) return cached;
    const agent = builtIn ?? (await registered(reader, tools, agentId, version));
    const change = override === 0 ? undefined : await findOverride(reader, agentId, override);
    if (!agent || (override > 0 && !change)) throw notFound(agentId, label);
    const inEffect = change ? applyOverride(agent, change, override) : agent;
    known.set(key, inEffect);
    return inEffect;
  };
}

/** Without the tools that this release does not have. */
async function registered(
  reader: Reader,
  tools: ReadonlySet<string>,
  agentId: string,
  version: string,
): Promise<AgentDefinition | undefined> {
  const found = await findVersion(reader, agentId, version);
  if (!found) return undefined;
  const agent = definitionOf(agentId, version, found.spec);
  return { ...agent, tools: agent.tools.filter((tool) => tools.has(tool)) };
}

/** An agent that names its models is never given another: its tenant may not want its data there. */
function findModels(catalog: ModelCatalog, agent: AgentDefinition): Models | undefined {
  const named = agent.models?.flatMap((ref) => catalog.list().find((model) => model.ref === ref) ?? []);
  const [first, ...rest] = named ?? catalog.preferred();
  const needs = { capabilities: needsOf(agent), routing: agent.routing ?? "order" } as const;
  return first && routeModels([first, ...rest], needs);
}

function refuseWithoutModel({ agentId, models = [] }: AgentDefinition): never {
  const message = `none of the models of the agent ${agentId} is configured: ${models.join(", ")}`;
  throw new AppError("PROVIDERS_EXHAUSTED", message, { metadata: { agent_id: agentId } });
}

export function notFound(agentId: string, version = ""): AppError {
  const what = version === "" ? agentId : `${agentId} of version ${version}`;
  const metadata = { agent_id: agentId, ...(version !== "" && { version }) };
  return new AppError("AGENT_NOT_FOUND", `there is no agent ${what} here; ListAgents names those there are`, {
    metadata,
  });
}
