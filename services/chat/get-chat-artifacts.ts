import {
  GetChatArtifactsRequestSchema,
  type GetChatArtifactsRequest,
  type GetChatArtifactsResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { findArtifactsById } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { loadReadableChat } from "./chat-access.ts";
import { listLinksOfChat } from "./link-store.ts";

export async function getChatArtifacts(
  deps: { database: Database },
  actor: Actor,
  request: GetChatArtifactsRequest,
): Promise<MessageInitShape<typeof GetChatArtifactsResponseSchema>> {
  requireScope(actor, "chat.read");
  const reader = deps.database.reader(actor.tenantId);
  const chat = await loadReadableChat(reader, actor, request.chatId);
  const page = pageOf(GetChatArtifactsRequestSchema, request, { default: 20, max: 100 });
  const links = await listLinksOfChat(reader, chat.chatId, { after: page.after, limit: page.size + 1 });
  const shown = links.slice(0, page.size);
  const found = await findArtifactsById(
    reader,
    shown.map((link) => link.artifactId),
  );
  const byId = new Map(found.map((artifact) => [artifact.artifactId, artifact]));
  return {
    artifacts: shown.map(({ artifactId, relationType, linkedAt }) => {
      const artifact = byId.get(artifactId);
      const { title = "", kind = "" } = artifact ?? {};
      return { artifactId, title, kind, relationType, linkedAt: timestampFromDate(linkedAt) };
    }),
    nextPageToken: page.nextToken(links, (l) => ({ sortKey: l.linkedAt.toISOString(), id: l.artifactId })),
  };
}
