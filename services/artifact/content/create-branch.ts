import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ArtifactBranchCreatedSchema,
  ArtifactBranchDeletedSchema,
} from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create, type Message } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Tx } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { findBranch, saveBranch, type Branch } from "./branch-store.ts";
import type { ModelDeps } from "./content-deps.ts";
import { branchStream, loadLine, MAIN, requireContent, type ModelRef } from "./content-line.ts";
import { contentMessage } from "./content-state.ts";
import { loadModel } from "./load-model.ts";
import { addRevision, revisionAt } from "./revision-store.ts";

export interface NewBranch {
  /** What it begins with; its version defaults to the head. */
  from: ModelRef;
  name: string;
  requestId?: string;
}

/** A branch begins with what its base held; it has a stream, and versions from 1, of its own. */
export async function createBranch(
  tx: Tx,
  deps: ModelDeps,
  actor: Actor,
  { from, name, requestId = "" }: NewBranch,
): Promise<Branch> {
  const { artifactId } = from;
  const line = await loadLine(tx, from);
  requireContent(line, "model");
  if (name === MAIN || (await findBranch(tx, artifactId, name))) throw branchExists(artifactId, name);
  const { version } = await loadModel(deps, tx, from);
  const revision = await revisionAt(tx, line.streamId, version);
  if (!revision) throw new Error("a model that was loaded has a revision");
  const branchId = uuidv7();
  const streamId = branchStream(artifactId, branchId);
  const sourceVersion = revision.content.sourceVersion === revision.version ? 1 : 0;
  const content = { ...revision.content, indexId: "", version: 1, sourceVersion };
  const base = { baseStreamId: line.streamId, baseVersion: revision.version };
  const event = create(ArtifactBranchCreatedSchema, {
    branch: name,
    ...base,
    baseVersion: BigInt(base.baseVersion),
    content: contentMessage(content),
  });
  const time = await append(tx, deps, actor, { streamId, expectedVersion: 0, event, requestId });
  const times = { createdBy: actor.userId, createTime: time, updateTime: time };
  const branch: Branch = {
    branchId,
    artifactId,
    branch: name,
    ...base,
    version: 1,
    content,
    deleted: false,
    ...times,
  };
  await saveBranch(tx, branch);
  const said = {
    author: actor.userId,
    origin: RevisionOrigin.BRANCH,
    comment: "",
    patchId: "",
    changeCount: 0,
  };
  await addRevision(tx, { ...said, streamId, version: 1, artifactId, content, createTime: time });
  return branch;
}

/** Its versions stay; its name is free again. */
export async function deleteBranch(
  tx: Tx,
  deps: ModelDeps,
  actor: Actor,
  branch: Branch,
  requestId = "",
): Promise<void> {
  const event = create(ArtifactBranchDeletedSchema, {});
  const streamId = branchStream(branch.artifactId, branch.branchId);
  const time = await append(tx, deps, actor, { streamId, expectedVersion: branch.version, event, requestId });
  await saveBranch(tx, { ...branch, version: branch.version + 1, deleted: true, updateTime: time });
}

async function append(
  tx: Tx,
  { events, now }: ModelDeps,
  { userId, traceId }: Actor,
  given: { streamId: string; expectedVersion: number; event: Message; requestId: string },
): Promise<Date> {
  const { streamId, expectedVersion, event, requestId } = given;
  const added = { streamId, expectedVersion, events: [event] };
  const [stored] = await events.append(tx, [added], { userId, traceId, requestId });
  return stored?.time ?? now();
}

const branchExists = (artifactId: string, branch: string): AppError =>
  new AppError("BRANCH_EXISTS", "the artifact has a branch of that name; take another name", {
    metadata: { artifact_id: artifactId, branch },
  });
