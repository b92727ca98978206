import { createHash } from "node:crypto";
import type { BaseMessage } from "@langchain/core/messages";
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { Database } from "../../../platform/db/database.ts";
import type { ToolSpec } from "../model-stream.ts";
import { findAnswer, keepAnswer } from "./model-cache-store.ts";

/** Everything that an answer depends on, beside chance. */
export interface Question {
  model: string;
  agentId: string;
  agentVersion: string;
  messages: readonly BaseMessage[];
  tools: readonly ToolSpec[];
  withoutTools: boolean;
  maxOutputTokens: number;
}

/** Answers that models gave before, tenant by tenant. What goes wrong here costs a call and fails nobody. */
export interface ResponseCache {
  find(tenantId: string, question: Question): Promise<string | undefined>;
  keep(tenantId: string, question: Question, answer: string): Promise<void>;
}

export interface ResponseCacheDeps {
  database: Database;
  now: () => Date;
  /** How long an answer may be given again. */
  seconds: number;
  warn(message: string, details: Record<string, unknown>): void;
}

/** Of one tenant. */
const MOST_ANSWERS = 1_000;
/** In characters; longer answers are not kept. */
const LONGEST_ANSWER = 64 * 1024;

export function createResponseCache({ database, now, seconds, warn }: ResponseCacheDeps): ResponseCache {
  return {
    async find(tenantId, question) {
      try {
        return await findAnswer(database.reader(tenantId), keyOf(question), now());
      } catch (error) {
        warn("the cache of answers does not answer", { err: error });
        return undefined;
      }
    },
    async keep(tenantId, question, answer) {
      if (answer.length > LONGEST_ANSWER) return;
      const { model } = question;
      const at = now();
      const expireTime = new Date(at.getTime() + seconds * 1000);
      try {
        const kept = { key: keyOf(question), model, answer, now: at, expireTime };
        await database.transaction(tenantId, (tx) => keepAnswer(tx, kept, MOST_ANSWERS));
      } catch (error) {
        warn("an answer could not be kept", { err: error });
      }
    },
  };
}

/** Exactly the same question has the same key; the list form keeps neighbours from running into each other. */
function keyOf(question: Question): Uint8Array {
  const { model, agentId, agentVersion, messages, tools, withoutTools, maxOutputTokens } = question;
  const asked = [
    [model, agentId, agentVersion, maxOutputTokens, withoutTools],
    messages.map((message) => [message.type, message.text, ...detailsOf(message)]),
    tools,
  ];
  return createHash("sha256").update(JSON.stringify(asked)).digest();
}

function detailsOf(message: BaseMessage): unknown[] {
  if (AIMessage.isInstance(message))
    return [(message.tool_calls ?? []).map(({ id, name, args }) => [id, name, args])];
  return ToolMessage.isInstance(message) ? [message.tool_call_id, message.status] : [];
}
