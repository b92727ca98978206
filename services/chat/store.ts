import { ChatMetadataSchema, type ChatFilter } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { and, arrayOverlaps, count, desc, eq, gte, inArray, lt, or, sql, type SQL } from "drizzle-orm";
import type { Actor } from "../platform/auth/actor.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import { rowsByKey } from "../platform/db/rows-by-key.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import type { ChatState } from "./chat.ts";
import { chatArtifacts, chats } from "./tables.ts";

type Row = typeof chats.$inferSelect;

function stateOf({ tenantId: _, metadata, activeRunId, ...row }: Row): ChatState {
  return {
    ...row,
    metadata: metadata.length === 0 ? undefined : fromBinary(ChatMetadataSchema, metadata),
    activeRunId: activeRunId ?? "",
  };
}

const chatRows = rowsByKey(chats, [chats.tenantId, chats.chatId]);

export async function findChat(reader: Reader, chatId: string): Promise<ChatState | undefined> {
  return (await chatRows(reader, reader.tenantId, chatId)).map(stateOf)[0];
}

/** The row is the fold of the chat's events, stored with them. */
export async function saveChat(tx: Tx, chat: ChatState): Promise<void> {
  const { metadata, activeRunId, waitingRunIds, withdrawnRunIds, teamIds, ...same } = chat;
  const row = {
    ...same,
    waitingRunIds: [...waitingRunIds],
    withdrawnRunIds: [...withdrawnRunIds],
    tenantId: tx.tenantId,
    teamIds: [...teamIds],
    metadata: metadata ? toBinary(ChatMetadataSchema, metadata) : new Uint8Array(),
    activeRunId: activeRunId || null,
  };
  const { tenantId: _tenant, chatId: _chat, userId: _user, createTime: _created, ...changing } = row;
  await tx.sql
    .insert(chats)
    .values(row)
    .onConflictDoUpdate({ target: [chats.tenantId, chats.chatId], set: changing });
}

export interface ChatListQuery {
  filter: ChatFilter | undefined;
  /** Words that the title or one message must hold; empty for all chats. */
  words: string;
}

/** The chats that the actor may read, last changed first. */
export async function listChatRows(
  reader: Reader,
  actor: Actor,
  query: ChatListQuery,
  { after, limit }: { after: PageCursor | undefined; limit: number },
): Promise<ChatState[]> {
  const older = after
    ? sql`(${chats.updateTime}, ${chats.chatId}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`
    : undefined;
  const rows = await reader.sql
    .select()
    .from(chats)
    .where(and(matching(reader, actor, query), older))
    .orderBy(desc(chats.updateTime), desc(chats.chatId))
    .limit(limit);
  return rows.map(stateOf);
}

export async function countChatRows(reader: Reader, actor: Actor, query: ChatListQuery): Promise<number> {
  const [row] = await reader.sql
    .select({ total: count() })
    .from(chats)
    .where(matching(reader, actor, query));
  return Number(row?.total ?? 0);
}

function matching(reader: Reader, actor: Actor, { filter, words }: ChatListQuery): SQL | undefined {
  return and(
    eq(chats.tenantId, reader.tenantId),
    eq(chats.deleted, false),
    readableBy(actor),
    words === "" ? undefined : sql`${chats.chatId} IN (SELECT chats_with_words(${words}))`,
    filter?.visibility ? eq(chats.visibility, filter.visibility) : undefined,
    filter?.ownOnly ? eq(chats.userId, actor.userId) : undefined,
    filter?.createdAfter ? gte(chats.createTime, timestampDate(filter.createdAfter)) : undefined,
    filter?.createdBefore ? lt(chats.createTime, timestampDate(filter.createdBefore)) : undefined,
    filter && filter.artifactIds.length > 0 ? linkedToAny(reader, filter.artifactIds) : undefined,
  );
}

/** The same rule as `mayRead`, in SQL. */
export function readableBy(actor: Actor): SQL | undefined {
  const ofTeam =
    actor.teams.length === 0
      ? undefined
      : and(eq(chats.visibility, ChatVisibility.TEAM), arrayOverlaps(chats.teamIds, [...actor.teams]));
  return or(eq(chats.userId, actor.userId), eq(chats.visibility, ChatVisibility.TENANT), ofTeam);
}

function linkedToAny(reader: Reader, artifactIds: readonly string[]): SQL {
  const linked = reader.sql
    .select({ chatId: chatArtifacts.chatId })
    .from(chatArtifacts)
    .where(
      and(eq(chatArtifacts.tenantId, reader.tenantId), inArray(chatArtifacts.artifactId, [...artifactIds])),
    );
  return inArray(chats.chatId, linked);
}
