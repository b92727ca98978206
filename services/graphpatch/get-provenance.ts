import {
  ProvenanceEntrySchema,
  type GraphPatch,
  type ProvenanceEntry,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GetProvenanceRequestSchema,
  type GetProvenanceRequest,
  type GetProvenanceResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { MAIN, type ModelDeps } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { pageOf, type Page } from "../platform/tokens/page-token.ts";
import { lineageOf, type Stretch } from "./branch-lineage.ts";
import { overwrittenIn } from "./overwritten.ts";
import { listProvenance, type StoredProvenance } from "./provenance-store.ts";
import { withEdits } from "./reviews.ts";
import { findPatches } from "./store.ts";

export async function getProvenance(
  deps: Pick<ModelDeps, "database" | "events" | "objects">,
  actor: Actor,
  request: GetProvenanceRequest,
): Promise<MessageInitShape<typeof GetProvenanceResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const page = pageOf(GetProvenanceRequestSchema, request, { default: 20, max: 100, texts: true });
  const artifactId = request.artifactId.toLowerCase();
  const [head, ...older] = await lineageOf(reader, artifactId, request.branch || MAIN);
  if (!head) throw new Error("a branch has at least itself");
  const place = placeOf(page, head);
  const stretches = [{ ...head, upTo: place.upTo }, ...older];
  const { itemIds, field, history } = request;
  const overwritten = history ? undefined : await overwrittenIn(deps, reader, stretches);
  const filter = { stretches, itemIds, field, overwritten };
  const rows = await listProvenance(reader, filter, { offset: place.done, limit: page.size + 1 });
  const patches = await findPatches(reader, [...new Set(rows.map(({ patchId }) => patchId))]);
  const patchOf = new Map(patches.map(({ patch }) => [patch.patchId, patch]));
  return {
    entries: rows.slice(0, page.size).map((row) => entryOf(row, stretches, patchOf.get(row.patchId))),
    nextPageToken: page.nextToken(rows, () => ({
      sortKey: `${place.upTo}:${place.done + page.size}`,
      id: artifactId,
    })),
  };
}

/** Nothing is ever taken out of it, so up to a version places stay what they were. */
function placeOf({ after }: Page, head: Stretch): { upTo: number; done: number } {
  if (!after) return { upTo: head.upTo, done: 0 };
  const [, upTo, done] = /^(\d{1,15}):(\d{1,9})$/.exec(after.sortKey) ?? [];
  if (upTo && done) return { upTo: Number(upTo), done: Number(done) };
  throw new AppError(
    "PAGE_TOKEN_INVALID",
    "the page token does not fit this request; start from the first page",
  );
}

function entryOf(
  { itemId, itemKind, viewId, field, version, patchId, operationId, removed, ...row }: StoredProvenance,
  stretches: readonly Stretch[],
  patch: GraphPatch | undefined,
): ProvenanceEntry {
  const operations = patch ? withEdits(patch.operations, patch.reviews) : [];
  return create(ProvenanceEntrySchema, {
    ref: { kind: itemKind, id: itemId, viewId },
    field,
    version: BigInt(version),
    branch: stretches.find(({ streamId }) => streamId === row.streamId)?.name ?? "",
    patchId,
    operationId,
    rationale: operations.find(({ id }) => id === operationId)?.rationale ?? "",
    ...(patch?.author && { author: patch.author }),
    approvedBy: patch?.approvedBy ?? "",
    time: timestampFromDate(row.createTime),
    removed,
  });
}
