import { MessageRole, type ChatMessageInput } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { latestMessages, spokenText } from "../chat/index.ts";
import type { Reader } from "../platform/db/database.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";

/** One message as an agent reads it. */
export interface SpokenMessage {
  role: "user" | "assistant" | "system";
  text: string;
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

/** The latest messages of a chat that fit the window, up to a turn, in the order of turns; 0: all turns. */
export async function conversationOfChat(
  reader: Reader,
  chatId: string,
  turn: number,
): Promise<SpokenMessage[]> {
  const latest = await latestMessages(reader, chatId, { ...WINDOW, turn });
  return latest.map(({ message: { role, parts }, tokens }) => {
    return { role: ROLES[role], text: spokenText(parts), tokens };
  });
}

export function conversationOf(messages: readonly ChatMessageInput[]): SpokenMessage[] {
  return messages.map(({ role, parts }) => {
    const text = spokenText(parts);
    return { role: ROLES[role], text, tokens: countTokens(text) };
  });
}

/** What a run is about: its chat up to its own turn, or the messages that it was started with. */
export function conversationOfRun(
  reader: Reader,
  { chatId, messages, turn }: { chatId: string; messages: readonly ChatMessageInput[]; turn: number },
): Promise<SpokenMessage[]> {
  return chatId === "" ? Promise.resolve(conversationOf(messages)) : conversationOfChat(reader, chatId, turn);
}
