import {
  GetArtifactChatsRequestSchema,
  type GetArtifactChatsRequest,
  type GetArtifactChatsResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { loadArtifact } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { listReadableLinksOfArtifact } from "./link-store.ts";

export async function getArtifactChats(
  deps: { database: Database },
  actor: Actor,
  request: GetArtifactChatsRequest,
): Promise<MessageInitShape<typeof GetArtifactChatsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const { artifactId } = await loadArtifact(reader, request.artifactId);
  const page = pageOf(GetArtifactChatsRequestSchema, request, { default: 20, max: 100 });
  const links = await listReadableLinksOfArtifact(reader, actor, artifactId, {
    after: page.after,
    limit: page.size + 1,
  });
  return {
    chats: links.slice(0, page.size).map(({ chatId, chatTitle, relationType, linkedAt }) => ({
      chatId,
      chatTitle,
      relationType,
      linkedAt: timestampFromDate(linkedAt),
    })),
    nextPageToken: page.nextToken(links, (l) => ({ sortKey: l.linkedAt.toISOString(), id: l.chatId })),
  };
}
