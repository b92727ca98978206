import type { AgentSpec } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import {
  AgentRegistryService,
  RegisterAgentVersionResponseSchema,
  type RegisterAgentVersionRequest,
  type RegisterAgentVersionResponse,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import type { Reader } from "../../platform/db/database.ts";
import { registeredVersionMessage } from "./agent-settings-message.ts";
import { withDefaults } from "./agent-spec.ts";
import { decideRegister, newAgent, type AgentState } from "./agent-state.ts";
import { findAgentState, findVersion, listAgentStates } from "./agent-store.ts";
import { changeAgent, isBuiltIn, type AgentDeps } from "./change-agent.ts";
import { RESERVED_PREFIX } from "./built-in-agents.ts";
import { checkSpec, refuseProblems, type Problem } from "./check-agent.ts";

/** Agents of a tenant, and versions of one: what the registry keeps in memory and lists has an end. */
const MOST_AGENTS = 200;
const MOST_VERSIONS = 1000;

export async function registerAgentVersion(
  deps: AgentDeps,
  actor: Actor,
  request: RegisterAgentVersionRequest,
): Promise<RegisterAgentVersionResponse> {
  requireScope(actor, "agent.write");
  const { agentId, version, requestId } = request;
  if (!request.spec) throw new TypeError("validation lets no request without a spec through");
  const spec = withDefaults(request.spec);
  const decide = async (reader: Reader) => {
    const agent = (await findAgentState(reader, agentId)) ?? newAgent(agentId);
    refuseProblems(agentId, await problemsOf(reader, deps, agent, spec));
    const exists = (await findVersion(reader, agentId, version)) !== undefined;
    return { agent, decided: decideRegister(agent, { version, spec, exists }), requestId };
  };
  const responseAt = (createTime = deps.now()) => ({
    version: registeredVersionMessage(agentId, { version, spec, createdBy: actor.userId, createTime }),
  });
  if (request.validateOnly) {
    await decide(deps.database.reader(actor.tenantId));
    return create(RegisterAgentVersionResponseSchema, responseAt());
  }
  const { method } = AgentRegistryService;
  return runCommand(deps, actor, method.registerAgentVersion, request, async (tx) => {
    const { updateTime } = await changeAgent(tx, deps, actor, await decide(tx));
    return responseAt(updateTime);
  });
}

async function problemsOf(
  reader: Reader,
  { agents }: AgentDeps,
  { agentId, versions }: AgentState,
  spec: AgentSpec,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (isBuiltIn(agents, agentId))
    problems.push({ path: "agent_id", message: "is built in; take another, or set an override" });
  if (agentId.startsWith(RESERVED_PREFIX))
    problems.push({
      path: "agent_id",
      message: `${RESERVED_PREFIX}… is kept for built-in agents; take another`,
    });
  if (versions >= MOST_VERSIONS)
    problems.push({ path: "version", message: `the agent has ${MOST_VERSIONS} versions, which is the most` });
  if (versions === 0 && (await countOwn(reader)) >= MOST_AGENTS)
    problems.push({ path: "agent_id", message: `there are ${MOST_AGENTS} agents, which is the most` });
  return [...problems, ...checkSpec(agents.parts, spec)];
}

const countOwn = async (reader: Reader): Promise<number> =>
  (await listAgentStates(reader)).filter((agent) => agent.versions > 0).length;
