import {
  DiffRequestSchema,
  type DiffRequest,
  type DiffResponseSchema,
  type VersionRef,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { loadModel, type LoadedModel } from "../artifact/index.ts";
import type { Change } from "../notation/change.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { changeMessage } from "../notation/model-messages.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { pageOf, type Page } from "../platform/tokens/page-token.ts";
import { countChanges, isLayoutChange } from "./count-changes.ts";
import type { PatchDeps } from "./patch-deps.ts";

export async function diffVersions(
  deps: PatchDeps,
  actor: Actor,
  request: DiffRequest,
): Promise<MessageInitShape<typeof DiffResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const page = pageOf(DiffRequestSchema, request, { default: 500, max: 2000, texts: true });
  const place = placeOf(page);
  const from = await loadSide(deps, reader, request.artifactId, request.from, place.from);
  const to = await loadSide(deps, reader, request.artifactId, request.to, place.to);
  const changes = differences(from, to, request.withoutLayout);
  const rest = changes.slice(place.done, place.done + page.size + 1);
  return {
    from: refOf(from),
    to: refOf(to),
    changes: rest.slice(0, page.size).map(changeMessage),
    counts: countChanges(changes),
    nextPageToken: page.nextToken(rest, () => ({
      sortKey: `${from.version}:${to.version}:${place.done + page.size}`,
      id: from.artifactId,
    })),
  };
}

/** Versions that were "now" on the first page, and how many changes were told. */
function placeOf({ after }: Page): { from: number; to: number; done: number } {
  if (!after) return { from: 0, to: 0, done: 0 };
  const [, from, to, done] = /^(\d{1,15}):(\d{1,15}):(\d{1,9})$/.exec(after.sortKey) ?? [];
  if (!from || !to || !done)
    throw new AppError(
      "PAGE_TOKEN_INVALID",
      "the page token does not fit this request; start from the first page",
    );
  return { from: Number(from), to: Number(to), done: Number(done) };
}

function loadSide(
  deps: PatchDeps,
  reader: Reader,
  artifactId: string,
  ref: VersionRef | undefined,
  pinned: number,
): Promise<LoadedModel> {
  const version = pinned || Number(ref?.version ?? 0n);
  return loadModel(deps, reader, { artifactId, branch: ref?.branch ?? "", ...(version > 0 && { version }) });
}

function differences(from: LoadedModel, to: LoadedModel, withoutLayout: boolean): Change[] {
  const changes = diffGraphs(from.graph, to.graph);
  return withoutLayout ? changes.filter((change) => !isLayoutChange(change)) : changes;
}

const refOf = ({ branch, version }: LoadedModel) => ({ branch, version: BigInt(version) });
