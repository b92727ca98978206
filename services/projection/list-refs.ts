import {
  ListRefsRequestSchema,
  type ListRefsRequest,
  type ListRefsResponseSchema,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { listModelRefRows, loadLine } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";

export async function listRefs(
  deps: { database: Database },
  actor: Actor,
  request: ListRefsRequest,
): Promise<MessageInitShape<typeof ListRefsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const { artifactId, kinds } = request;
  const reader = deps.database.reader(actor.tenantId);
  const { streamId } = await loadLine(reader, { artifactId });
  const page = pageOf(ListRefsRequestSchema, request, { default: 50, max: 200, texts: true });
  const query = { kinds, after: page.after?.sortKey ?? "", limit: page.size + 1 };
  const rows = await listModelRefRows(reader, { artifactId, streamId }, query);
  return {
    refs: rows.slice(0, page.size).map(({ kind, name, branch, version, time }) => ({
      kind,
      name,
      branch,
      version: BigInt(version),
      time: timestampFromDate(time),
    })),
    nextPageToken: page.nextToken(rows, ({ sortKey }) => ({ sortKey, id: artifactId })),
  };
}
