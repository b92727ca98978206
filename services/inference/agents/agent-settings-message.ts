import type {
  AgentSettingsSchema,
  AgentVersionSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { etagOf } from "../../platform/command/etag.ts";
import type { AgentRegistry } from "../agent-registry.ts";
import type { AgentDefinition } from "./agent-definition.ts";
import { specOf } from "./agent-spec.ts";
import type { AgentState } from "./agent-state.ts";
import type { RegisteredVersion } from "./agent-store.ts";

export function agentSettingsMessage(
  agents: AgentRegistry,
  tenantId: string,
  agent: AgentState,
): MessageInitShape<typeof AgentSettingsSchema> {
  const { agentId, versions, shares, override, overrideNumber, version, updateTime } = agent;
  return {
    agentId,
    builtIn: versions === 0,
    shares: [...agents.sharesOf(tenantId, agent)],
    customized: shares.length > 0,
    ...(override && { override }),
    overrideNumber,
    etag: etagOf(version),
    ...(updateTime && { updateTime: timestampFromDate(updateTime) }),
  };
}

type VersionMessage = MessageInitShape<typeof AgentVersionSchema>;

export const builtInVersionMessage = (agent: AgentDefinition): VersionMessage => ({
  agentId: agent.agentId,
  version: agent.version,
  spec: specOf(agent),
  builtIn: true,
});

export const registeredVersionMessage = (
  agentId: string,
  { version, spec, createdBy, createTime }: Omit<RegisteredVersion, "number">,
): VersionMessage => ({ agentId, version, spec, createdBy, createTime: timestampFromDate(createTime) });
