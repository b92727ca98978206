import type { ChatArtifactRelationSchema, ChatSchema } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { etagOf } from "../platform/command/etag.ts";
import type { ChatState } from "./chat.ts";
import type { Link } from "./link-store.ts";

export function chatMessage(chat: ChatState): MessageInitShape<typeof ChatSchema> {
  const { createTime, updateTime, version, deleted: _deleted, teamIds: _teams, metadata, ...rest } = chat;
  const { waitingRunIds, withdrawnRunIds: _withdrawn, ...same } = rest;
  return {
    ...same,
    waitingRunIds: [...waitingRunIds],
    ...(metadata && { metadata }),
    version: BigInt(version),
    etag: etagOf(version),
    createTime: timestampFromDate(createTime),
    updateTime: timestampFromDate(updateTime),
  };
}

export function relationMessage({
  linkedAt,
  ...link
}: Link): MessageInitShape<typeof ChatArtifactRelationSchema> {
  const { chatId, artifactId, relationType, createdBy } = link;
  return { chatId, artifactId, relationType, createdBy, createTime: timestampFromDate(linkedAt) };
}
