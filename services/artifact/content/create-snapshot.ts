import {
  ArtifactContentCommandService,
  type CreateSnapshotRequest,
  type CreateSnapshotResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import type { SnapshotSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import { ArtifactSnapshotCreatedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { firstAnswer, runCommand } from "../../platform/command/run-command.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { changeArtifact, loadArtifact } from "../change-artifact.ts";
import type { ContentDeps } from "./content-deps.ts";
import { loadLine } from "./content-line.ts";
import { exportFile } from "./export-file.ts";
import { addSnapshot, type SnapshotState } from "./snapshot-store.ts";
import { needObjects } from "./stored-object-store.ts";
import { keepObject } from "./stored-object.ts";

const METHOD = ArtifactContentCommandService.method.createSnapshot;

/** The file is written and kept first; a version does not change, so nothing can come in between. */
export async function createSnapshot(
  deps: ContentDeps,
  actor: Actor,
  request: CreateSnapshotRequest,
  signal: AbortSignal,
): Promise<CreateSnapshotResponse> {
  requireScope(actor, "artifact.write");
  const first = await firstAnswer(deps, actor, METHOD, request);
  if (first) return first;
  const { artifactId, name, description, requestId } = request;
  const reader = deps.database.reader(actor.tenantId);
  const line = await loadLine(reader, { artifactId, branch: request.branch });
  const asked = request.version > 0n ? Number(request.version) : undefined;
  const { bytes, version, ...file } = await exportFile(deps, reader, line, asked, signal);
  await keepObject(deps, actor.tenantId, bytes, file.sha256);
  return runCommand(deps, actor, METHOD, request, async (tx) => {
    const snapshot: SnapshotState = {
      snapshotId: uuidv7(),
      artifactId,
      name,
      description,
      branch: line.name,
      streamId: line.streamId,
      version,
      sha256: file.sha256,
      size: bytes.length,
      mediaType: file.mediaType,
      fileName: file.fileName,
      createdBy: actor.userId,
      createTime: deps.now(),
    };
    if (!(await addSnapshot(tx, snapshot))) throw snapshotExists(name);
    const { snapshotId, branch, sha256 } = snapshot;
    const about = { snapshotId, name, branch, ofVersion: BigInt(version), sha256 };
    const event = create(ArtifactSnapshotCreatedSchema, about);
    await changeArtifact(tx, deps, actor, await loadArtifact(tx, artifactId), [event], requestId);
    await needObjects(tx, [sha256]);
    return { snapshot: snapshotMessage(snapshot) };
  });
}

const snapshotExists = (name: string): AppError =>
  new AppError("SNAPSHOT_EXISTS", "the artifact has a snapshot of that name; take another name", {
    metadata: { name },
  });

export function snapshotMessage(snapshot: SnapshotState): MessageInitShape<typeof SnapshotSchema> {
  const { size, version, createTime, streamId: _, ...same } = snapshot;
  return {
    ...same,
    sizeBytes: BigInt(size),
    version: BigInt(version),
    createTime: timestampFromDate(createTime),
  };
}
