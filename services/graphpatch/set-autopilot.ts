import {
  AutopilotService,
  type SetAutopilotRequest,
  type SetAutopilotResponse,
} from "@ameide/proto/ameide/graphpatch/v1/autopilot_service_pb.js";
import { AutopilotSetSchema } from "@ameide/proto-private/ameide/events/v1/graphpatch_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { autopilotMessage } from "./autopilot-message.ts";
import { findAutopilot, saveAutopilot } from "./autopilot-store.ts";
import type { PatchDeps } from "./patch-deps.ts";

const DEFAULT_MAX_OPERATIONS = 20;

const autopilotStream = (agentId: string): string => `autopilot-${agentId}`;

export async function setAutopilot(
  deps: Pick<PatchDeps, "database" | "events" | "now">,
  actor: Actor,
  request: SetAutopilotRequest,
): Promise<SetAutopilotResponse> {
  requireScope(actor, "agent.write");
  const { agentId, etag, requestId } = request;
  return runCommand(deps, actor, AutopilotService.method.setAutopilot, request, async (tx) => {
    const before = await findAutopilot(tx, agentId);
    requireEtag(etag, before.version);
    const maxOperations = request.maxOperations || DEFAULT_MAX_OPERATIONS;
    const operationTypes = request.operationTypes.toSorted();
    const events = [create(AutopilotSetSchema, { agentId, operationTypes, maxOperations })];
    const { userId, traceId } = actor;
    const append = { streamId: autopilotStream(agentId), expectedVersion: before.version, events };
    const [stored] = await deps.events.append(tx, [append], { userId, requestId, traceId });
    const after = {
      agentId,
      operationTypes,
      maxOperations,
      version: before.version + 1,
      updatedBy: userId,
      updateTime: stored?.time ?? deps.now(),
    };
    await saveAutopilot(tx, after);
    return { autopilot: autopilotMessage(after) };
  });
}
