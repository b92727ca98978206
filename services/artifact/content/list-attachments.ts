import {
  ListAttachmentsRequestSchema,
  type ListAttachmentsRequest,
  type ListAttachmentsResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { pageOf } from "../../platform/tokens/page-token.ts";
import { loadArtifact } from "../change-artifact.ts";
import { listAttachmentRows } from "./attachment-store.ts";
import { attachmentMessage } from "./attachment.ts";

export async function listAttachments(
  deps: { database: Database },
  actor: Actor,
  request: ListAttachmentsRequest,
): Promise<MessageInitShape<typeof ListAttachmentsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const { artifactId } = await loadArtifact(reader, request.artifactId);
  const page = pageOf(ListAttachmentsRequestSchema, request, { default: 20, max: 100 });
  const rows = await listAttachmentRows(reader, artifactId, { after: page.after, limit: page.size + 1 });
  return {
    attachments: rows.slice(0, page.size).map(attachmentMessage),
    nextPageToken: page.nextToken(rows, ({ createTime, attachmentId }) => ({
      sortKey: createTime.toISOString(),
      id: attachmentId,
    })),
  };
}
