import {
  MessageRole,
  type ChatMessageInput,
  type MessagePart,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { latestMessages, plainText } from "../chat/index.ts";
import type { Reader } from "../platform/db/database.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";

/** What an agent reads of a conversation, oldest first. */
export interface Conversation {
  messages: { role: "user" | "assistant" | "system"; text: string }[];
  /** Our count. */
  tokens: number;
}

/** How much of a long chat an agent reads. */
const WINDOW = { messages: 50, tokens: 24_000 };

const ROLES = {
  [MessageRole.UNSPECIFIED]: "user",
  [MessageRole.USER]: "user",
  [MessageRole.ASSISTANT]: "assistant",
  [MessageRole.SYSTEM]: "system",
} as const;

/** The latest messages of a chat that fit the window. */
export async function conversationOfChat(reader: Reader, chatId: string): Promise<Conversation> {
  const { messages, tokens } = await latestMessages(reader, chatId, WINDOW);
  const said = messages.map(({ role, parts }) => ({ role: ROLES[role], text: spoken(parts) }));
  return { messages: said.filter(({ text }) => text !== ""), tokens };
}

export function conversationOf(messages: readonly ChatMessageInput[]): Conversation {
  const said = messages.map(({ role, parts }) => ({ role: ROLES[role], text: spoken(parts) }));
  return { messages: said, tokens: said.reduce((sum, { text }) => sum + countTokens(text), 0) };
}

// A model that reads past tool calls as text starts to write them as text.
const spoken = (parts: readonly MessagePart[]) =>
  plainText(parts.filter(({ kind }) => kind.case !== "toolCall"));
