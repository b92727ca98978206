import type { RevisionSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import {
  ListRevisionsRequestSchema,
  type ListRevisionsRequest,
  type ListRevisionsResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { pageOf } from "../../platform/tokens/page-token.ts";
import { loadLine } from "./content-line.ts";
import { contentInfo } from "./content-state.ts";
import { listRevisionRows, type Revision } from "./revision-store.ts";

export async function listRevisions(
  deps: { database: Database },
  actor: Actor,
  request: ListRevisionsRequest,
): Promise<MessageInitShape<typeof ListRevisionsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const { streamId } = await loadLine(reader, request);
  const page = pageOf(ListRevisionsRequestSchema, request, { default: 20, max: 100, numbered: true });
  const before = page.after && Number(page.after.sortKey);
  const rows = await listRevisionRows(reader, streamId, { before, limit: page.size + 1 });
  return {
    revisions: rows.slice(0, page.size).map(revisionMessage),
    nextPageToken: page.nextToken(rows, ({ version }) => ({
      sortKey: String(version),
      id: request.artifactId,
    })),
  };
}

function revisionMessage(revision: Revision): MessageInitShape<typeof RevisionSchema> {
  const { version, origin, author, comment, patchId, changeCount, createTime, content } = revision;
  return {
    version: BigInt(version),
    origin,
    author,
    comment,
    patchId,
    changeCount,
    createTime: timestampFromDate(createTime),
    content: contentInfo(content),
  };
}
