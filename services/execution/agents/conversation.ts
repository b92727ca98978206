import { AIMessage, HumanMessage, SystemMessage, type BaseMessage } from "@langchain/core/messages";
import type { ConversationMessage } from "../agent-event.ts";
import type { ModelledArtifact } from "../model-ports.ts";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";

/** The system prompt and the conversation; some providers take one system message only, and no empty ones. */
export function conversationMessages(
  prompt: string,
  said: readonly ConversationMessage[],
  artifact?: ModelledArtifact,
): BaseMessage[] {
  const spoken = said.filter(({ text }) => text.trim() !== "");
  const instructions = spoken.filter(({ role }) => role === "system").map(({ text }) => text);
  const about = artifact ? [aboutArtifact(artifact)] : [];
  const system = new SystemMessage([prompt, ...instructions, ...about].join("\n\n"));
  const others = spoken.filter(({ role }) => role !== "system");
  return [
    system,
    ...others.map(({ role, text }) => (role === "user" ? new HumanMessage(text) : new AIMessage(text))),
  ];
}

/** Without the title, which could be of any length; admission leaves room for it (`TOKENS_OF_ARTIFACT`). */
const aboutArtifact = ({ artifactId, kind }: ModelledArtifact) =>
  `This chat is about the modelled artifact ${artifactId} of the kind ${kind}.`;

/** Our count of what the messages say. */
export const tokensOf = (messages: readonly BaseMessage[]): number =>
  messages.reduce((sum, message) => sum + countTokens(message.text), 0);
