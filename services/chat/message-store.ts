import { ChatMessageSchema, type ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { and, asc, desc, eq, lte, sql } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";
import { plainText, spokenText } from "./plain-text.ts";
import { chatMessages } from "./tables.ts";

const inChat = (reader: Reader, chatId: string) =>
  and(eq(chatMessages.tenantId, reader.tenantId), eq(chatMessages.chatId, chatId));

export async function saveMessage(tx: Tx, message: ChatMessage): Promise<void> {
  const text = plainText(message.parts);
  await tx.sql.insert(chatMessages).values({
    tenantId: tx.tenantId,
    chatId: message.chatId,
    version: Number(message.version),
    messageId: message.messageId,
    message: toBinary(ChatMessageSchema, message),
    tokens: countTokens(spokenText(message.parts)),
    words: sql`to_tsvector('simple', ${message.withdrawn ? "" : searchable(text)})`,
    turn: Number(message.turn),
    withdrawn: message.withdrawn,
  });
}

/** No agent reads it any more, no list shows it and no search finds it. */
export async function withdrawMessage(tx: Tx, chatId: string, messageId: string): Promise<void> {
  await tx.sql
    .update(chatMessages)
    .set({ withdrawn: true, words: sql`''::tsvector` })
    .where(and(inChat(tx, chatId), eq(chatMessages.messageId, messageId)));
}

/** PostgreSQL takes no NUL in a text, and no tsvector of more than a mebibyte: a letter makes up to 6.5 bytes of one. */
const searchable = (text: string) => text.slice(0, 150_000).replaceAll("\0", " ");

export interface MessagePage {
  /** The version of the last message seen; undefined for the first page. */
  after: number | undefined;
  limit: number;
  newestFirst: boolean;
  /** Also what was withdrawn. Default: not. */
  withdrawn?: boolean;
}

const COLUMNS = {
  message: chatMessages.message,
  turn: chatMessages.turn,
  withdrawn: chatMessages.withdrawn,
};

type Stored = { [column in keyof typeof COLUMNS]: (typeof chatMessages.$inferSelect)[column] };

function messageOf({ message, turn, withdrawn }: Stored): ChatMessage {
  return { ...fromBinary(ChatMessageSchema, message), turn: BigInt(turn), withdrawn };
}

export async function listMessages(
  reader: Reader,
  chatId: string,
  page: MessagePage,
): Promise<ChatMessage[]> {
  const { version } = chatMessages;
  const beyond = page.newestFirst ? sql`${version} < ${page.after}` : sql`${version} > ${page.after}`;
  const rows = await reader.sql
    .select(COLUMNS)
    .from(chatMessages)
    .where(
      and(
        inChat(reader, chatId),
        page.after === undefined ? undefined : beyond,
        page.withdrawn ? undefined : eq(chatMessages.withdrawn, false),
      ),
    )
    .orderBy(page.newestFirst ? desc(version) : asc(version))
    .limit(page.limit);
  return rows.map(messageOf);
}

/** A message and our count of what a model reads of it. */
export interface CountedMessage {
  message: ChatMessage;
  tokens: number;
}

/**
 * The latest messages that fit both limits, in the order of their turns: a message that was stored while another was
 * answered comes after that answer. Up to a turn, if one is given; without what was withdrawn.
 */
export async function latestMessages(
  reader: Reader,
  chatId: string,
  limits: { messages: number; tokens: number; turn?: number },
): Promise<CountedMessage[]> {
  const rows = await reader.sql
    .select({ ...COLUMNS, tokens: chatMessages.tokens })
    .from(chatMessages)
    .where(
      and(
        inChat(reader, chatId),
        eq(chatMessages.withdrawn, false),
        limits.turn ? lte(chatMessages.turn, limits.turn) : undefined,
      ),
    )
    .orderBy(desc(chatMessages.turn), desc(chatMessages.version))
    .limit(limits.messages);
  let tokens = 0;
  const kept: CountedMessage[] = [];
  for (const row of rows) {
    // The newest message is always kept: it is the question.
    if (kept.length > 0 && tokens + row.tokens > limits.tokens) break;
    tokens += row.tokens;
    kept.unshift({ message: messageOf(row), tokens: row.tokens });
  }
  return kept;
}
