import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { PatchOrigin, type GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { ApplyPermission } from "./apply-patch.ts";
import { findAutopilot, type AutopilotState } from "./autopilot-store.ts";
import { withEdits } from "./reviews.ts";

/** Whether the tenant lets the agent apply these operations without a person. */
export async function mayApplyAlone(
  reader: Reader,
  agentId: string,
  operations: readonly GraphOperation[],
): Promise<boolean> {
  return isAllowed(await findAutopilot(reader, agentId), operations);
}

/** For patches that the agent has proposed, as the tenant allows at that moment: see `applyPatch`. */
export const BY_ALLOW_LIST: ApplyPermission = { approvedBy: "allow-list", check: requireAllowed };

async function requireAllowed(reader: Reader, patch: GraphPatch): Promise<void> {
  const { author, origin } = patch;
  const operations = withEdits(patch.operations, patch.reviews);
  const agentId = author?.agentId ?? "";
  const autopilot = await findAutopilot(reader, agentId);
  if (origin === PatchOrigin.PROPOSAL && isAllowed(autopilot, operations)) return;
  const forbidden = typesOf(operations).difference(new Set(autopilot.operationTypes));
  const message = "the tenant's admin has not allowed the agent to apply this alone; it waits for review";
  throw new AppError("AUTOPILOT_DENIED", message, {
    metadata: { agent_id: agentId, operation_types: [...forbidden].join(",") },
  });
}

function isAllowed(
  { operationTypes, maxOperations }: AutopilotState,
  operations: readonly GraphOperation[],
): boolean {
  if (operations.length === 0 || operations.length > maxOperations) return false;
  return typesOf(operations).isSubsetOf(new Set(operationTypes));
}

const NAMES = new Map(GraphOperationSchema.fields.map((field) => [field.localName, field.name]));

/** As the fields of the message are called, such as "add_node". */
const typesOf = (operations: readonly GraphOperation[]): Set<string> =>
  new Set(operations.map(({ operation }) => NAMES.get(operation.case ?? "") ?? ""));
