import { toBinary } from "@bufbuild/protobuf";
import { GraphPatchSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import type { CommandDeps } from "../platform/command/run-command.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { EventStore } from "../platform/event-store/event-store.ts";
import { evolvePatch, patchStream, type PatchEvent, type PatchState } from "./patch.ts";
import { findPatch, savePatch } from "./store.ts";

export async function loadPatch(reader: Reader, patchId: string): Promise<PatchState> {
  const patch = await findPatch(reader, patchId);
  if (patch) return patch;
  throw new AppError("PATCH_NOT_FOUND", "there is no such patch", { metadata: { patch_id: patchId } });
}

/** More than that is no patch but a file. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Appends what was decided and stores the patch as it stands then. */
export async function changePatch(
  tx: Tx,
  deps: CommandDeps & { events: EventStore },
  actor: Actor,
  state: PatchState,
  decided: readonly PatchEvent[],
  requestId = "",
): Promise<PatchState> {
  if (decided.length === 0) return state;
  const streamId = patchStream(state.patch.patchId);
  const next = whatIf(state, decided, actor, deps.now());
  requireSmall(next);
  const appended = await deps.events.append(
    tx,
    [{ streamId, expectedVersion: state.version, events: decided }],
    { userId: actor.userId, requestId, traceId: actor.traceId },
  );
  let stored = state;
  for (const { data, version, time } of appended)
    stored = evolvePatch(stored, data as PatchEvent, { version, time, userId: actor.userId });
  await savePatch(tx, stored);
  return stored;
}

/** The patch as it would be after events that are not stored. */
export function whatIf(
  state: PatchState,
  decided: readonly PatchEvent[],
  { userId }: Pick<Actor, "userId">,
  time: Date,
): PatchState {
  return decided.reduce(
    (next, event) => evolvePatch(next, event, { version: next.version + 1, time, userId }),
    state,
  );
}

function requireSmall({ patch }: PatchState): void {
  const size = toBinary(GraphPatchSchema, patch).length;
  if (size <= MOST_BYTES) return;
  throw new AppError("PATCH_TOO_LARGE", "the patch is too large to be stored; do it in parts", {
    metadata: { size_bytes: String(size), limit_bytes: String(MOST_BYTES) },
  });
}
