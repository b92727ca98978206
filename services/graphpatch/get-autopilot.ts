import type {
  GetAutopilotRequest,
  GetAutopilotResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/autopilot_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { autopilotMessage } from "./autopilot-message.ts";
import { findAutopilot } from "./autopilot-store.ts";

export async function getAutopilot(
  deps: { database: Database },
  actor: Actor,
  { agentId }: GetAutopilotRequest,
): Promise<MessageInitShape<typeof GetAutopilotResponseSchema>> {
  requireScope(actor, "agent.read");
  return { autopilot: autopilotMessage(await findAutopilot(deps.database.reader(actor.tenantId), agentId)) };
}
