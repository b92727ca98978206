import { PatchOrigin, type GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  ListPatchesRequestSchema,
  type ListPatchesRequest,
  type ListPatchesResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { GraphPatchSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { patchMessage } from "./patch-message.ts";
import { listPatchRows } from "./store.ts";

/** Change sets come by the hundred, and nobody is asked about them. */
const ASKED_ABOUT = [PatchOrigin.PROPOSAL, PatchOrigin.REVERT, PatchOrigin.MERGE];

export async function listPatches(
  deps: { database: Database },
  actor: Actor,
  request: ListPatchesRequest,
): Promise<MessageInitShape<typeof ListPatchesResponseSchema>> {
  requireScope(actor, "artifact.read");
  const page = pageOf(ListPatchesRequestSchema, request, { default: 20, max: 100 });
  const origins = request.origins.length > 0 ? request.origins : ASKED_ABOUT;
  const rows = await listPatchRows(
    deps.database.reader(actor.tenantId),
    { ...request, origins },
    { after: page.after, limit: page.size + 1 },
  );
  return {
    patches: rows.slice(0, page.size).map((state) => withoutBulk(patchMessage(state))),
    nextPageToken: page.nextToken(rows, ({ patch: { createTime, patchId } }) => ({
      sortKey: createTime ? timestampDate(createTime).toISOString() : "",
      id: patchId,
    })),
  };
}

const BULK = 100_000;

const withoutBulk = (patch: GraphPatch): GraphPatch =>
  toBinary(GraphPatchSchema, patch).length > BULK ? { ...patch, operations: [] } : patch;
