import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { createPiiVault } from "../models/pii/pii-vault.ts";
import type { TextDeltas } from "../models/text-deltas.ts";

/** What a provider gets that may not see personal data. */
export interface Masking {
  messages(messages: readonly BaseMessage[]): BaseMessage[];
  /** Puts the data back into an answer that comes in pieces. */
  unmasker(): TextDeltas;
}

/** One per execution, so that a value has the same placeholder in all its calls. */
export function createMasking(): Masking {
  const vault = createPiiVault();
  const masked = new WeakMap<BaseMessage, BaseMessage>();
  const maskOnce = (message: BaseMessage) => {
    const known = masked.get(message) ?? maskMessage(message, vault.mask);
    masked.set(message, known);
    return known;
  };
  return { messages: (messages) => messages.map(maskOnce), unmasker: vault.unmasker };
}

type Mask = (text: string) => string;

function maskMessage(message: BaseMessage, mask: Mask): BaseMessage {
  const content = mask(message.text);
  if (AIMessage.isInstance(message)) {
    const calls = (message.tool_calls ?? []).map((call) => ({ ...call, args: maskObject(call.args, mask) }));
    return new AIMessage({ content, tool_calls: calls });
  }
  if (ToolMessage.isInstance(message)) {
    const { tool_call_id, name, status } = message;
    return new ToolMessage({ content, tool_call_id, ...(name && { name }), ...(status && { status }) });
  }
  return SystemMessage.isInstance(message) ? new SystemMessage(content) : new HumanMessage(content);
}

const maskObject = (value: object, mask: Mask): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, entry]) => [mask(key), maskValue(entry, mask)]));

/** A number may be somebody's, too; its placeholder is a text. */
function maskValue(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value === "number") return mask(String(value)) === String(value) ? value : mask(String(value));
  if (Array.isArray(value)) return value.map((entry) => maskValue(entry, mask));
  return typeof value === "object" && value !== null ? maskObject(value, mask) : value;
}
