import {
  ArtifactContentCommandService,
  type SetModelRulesRequest,
  type SetModelRulesResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ModelRulesSetSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { etagOf, requireEtag } from "../../platform/command/etag.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import type { ArtifactDeps } from "../change-artifact.ts";
import { findRules, saveRules } from "./model-rule-store.ts";
import { readRules } from "./model-rule.ts";

const STREAM = "model-rules";

export async function setModelRules(
  deps: ArtifactDeps,
  actor: Actor,
  request: SetModelRulesRequest,
): Promise<SetModelRulesResponse> {
  requireScope(actor, "rules.write");
  const rules = readRules(request.rules);
  return runCommand(deps, actor, ArtifactContentCommandService.method.setModelRules, request, async (tx) => {
    const before = await findRules(tx);
    requireEtag(request.etag, before.version);
    const event = create(ModelRulesSetSchema, { rulesJson: JSON.stringify(rules) });
    const append = { streamId: STREAM, expectedVersion: before.version, events: [event] };
    const { userId, traceId } = actor;
    await deps.events.append(tx, [append], { userId, traceId, requestId: request.requestId });
    const version = before.version + 1;
    await saveRules(tx, { rules, version, updatedBy: userId, updateTime: deps.now() });
    return { etag: etagOf(version) };
  });
}
