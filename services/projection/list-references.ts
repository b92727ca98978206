import {
  ListReferencesRequestSchema,
  ReferenceDirection,
  type ListReferencesRequest,
  type ListReferencesResponseSchema,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { listReferenceRows, loadLine } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";

export async function listReferences(
  deps: { database: Database },
  actor: Actor,
  request: ListReferencesRequest,
): Promise<MessageInitShape<typeof ListReferencesResponseSchema>> {
  requireScope(actor, "artifact.read");
  const { artifactId, elementId, kinds } = request;
  const reader = deps.database.reader(actor.tenantId);
  await loadLine(reader, { artifactId });
  const page = pageOf(ListReferencesRequestSchema, request, { default: 50, max: 200, texts: true });
  const direction = request.direction === ReferenceDirection.INCOMING ? "incoming" : "outgoing";
  const query = { artifactId, elementId, kinds, after: page.after?.sortKey ?? "", limit: page.size + 1 };
  const rows = await listReferenceRows(reader, direction, query);
  return {
    references: rows.slice(0, page.size).map(({ sortKey: _, ...reference }) => reference),
    nextPageToken: page.nextToken(rows, ({ sortKey }) => ({ sortKey, id: artifactId })),
  };
}
