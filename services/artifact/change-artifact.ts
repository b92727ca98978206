import type { Actor } from "../platform/auth/actor.ts";
import type { CommandDeps } from "../platform/command/run-command.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { EventStore } from "../platform/event-store/event-store.ts";
import { artifactStream, evolveArtifact, type ArtifactEvent, type ArtifactState } from "./artifact.ts";
import { findArtifact, saveArtifact } from "./store.ts";

export interface ArtifactDeps extends CommandDeps {
  events: EventStore;
}

export async function loadArtifact(reader: Reader, artifactId: string): Promise<ArtifactState> {
  const artifact = await findArtifact(reader, artifactId);
  if (artifact) return artifact;
  throw new AppError("ARTIFACT_NOT_FOUND", "there is no such artifact", {
    metadata: { artifact_id: artifactId },
  });
}

/** Appends what was decided and stores the artifact as it stands then. */
export async function changeArtifact(
  tx: Tx,
  deps: ArtifactDeps,
  actor: Actor,
  artifact: ArtifactState,
  decided: readonly ArtifactEvent[],
  requestId = "",
): Promise<ArtifactState> {
  if (decided.length === 0) return artifact;
  const stream = artifactStream(artifact.artifactId);
  const appended = await deps.events.append(
    tx,
    [{ streamId: stream, expectedVersion: artifact.version, events: decided }],
    { userId: actor.userId, requestId, traceId: actor.traceId },
  );
  let next = artifact;
  for (const { data, version, time } of appended) {
    next = evolveArtifact(next, data as ArtifactEvent, { version, time, userId: actor.userId });
  }
  await saveArtifact(tx, next);
  return next;
}
