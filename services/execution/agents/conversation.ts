import { AIMessage, HumanMessage, SystemMessage, type BaseMessage } from "@langchain/core/messages";
import type { ConversationMessage } from "../agent-event.ts";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";

/** The system prompt and the conversation; some providers take one system message only, and no empty ones. */
export function conversationMessages(prompt: string, said: readonly ConversationMessage[]): BaseMessage[] {
  const spoken = said.filter(({ text }) => text.trim() !== "");
  const instructions = spoken.filter(({ role }) => role === "system").map(({ text }) => text);
  const system = new SystemMessage([prompt, ...instructions].join("\n\n"));
  const others = spoken.filter(({ role }) => role !== "system");
  return [
    system,
    ...others.map(({ role, text }) => (role === "user" ? new HumanMessage(text) : new AIMessage(text))),
  ];
}

/** Our count of what the messages say. */
export const tokensOf = (messages: readonly BaseMessage[]): number =>
  messages.reduce((sum, message) => sum + countTokens(message.text), 0);
