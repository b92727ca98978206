import { setImmediate as nextTurn } from "node:timers/promises";
import type { BaseMessage } from "@langchain/core/messages";
import { withInnerSpan } from "../../platform/telemetry/trace.ts";
import type { AgentEvent, ModelCall } from "../agent-event.ts";
import { createAnswerReader, type AnswerReader, type ModelAnswer } from "../models/answer-reader.ts";
import { hardOutputLimit, settleUsage } from "../models/believable-usage.ts";
import { streamModel, type ToolSpec } from "../models/model-stream.ts";
import { providerFailure, ProviderRefused, ProviderSaidNothing } from "../models/provider-failure.ts";
import type { Execution } from "./execution.ts";

/** Chunks that came in one go are read without a pause otherwise. */
const CHUNKS_PER_TURN = 64;

interface ModelCallInput {
  messages: BaseMessage[];
  /** Our count of what goes in. */
  inputTokens: number;
  tools: readonly ToolSpec[];
  withoutTools: boolean;
  usedToolCallIds: ReadonlySet<string>;
}

/** One model call, from the budget's leave to its settled usage, told as events. */
export async function callModel(execution: Execution, input: ModelCallInput): Promise<ModelAnswer> {
  const { request, model } = execution;
  const call: ModelCall = {
    callId: execution.nextCallId(),
    model: model.ref,
    inputTokens: input.inputTokens,
    maxOutputTokens: request.maxOutputTokens,
  };
  await request.beforeModelCall(call);
  await execution.emit({ type: "call_started", call });
  const reader = createAnswerReader({
    uniqueId: uniqueIds(input.usedToolCallIds, call.callId),
    tokenLimit: hardOutputLimit(call.maxOutputTokens),
  });
  const attributes = { "gen_ai.request.model": model.ref, "gen_ai.operation.name": "chat" };
  try {
    await withInnerSpan("model.call", attributes, () => readAnswer(execution, input, reader));
  } catch (error) {
    const refused = error instanceof ProviderRefused && reader.answer.outputTokens === 0;
    if (refused) await execution.emit({ type: "call_refused", call });
    throw error;
  }
  const { answer } = reader;
  await execution.emit({
    type: "call_ended",
    call,
    usage: settleUsage(call, answer.outputTokens, answer.usage),
  });
  if (answer.text === "" && answer.toolCalls.length === 0) {
    throw providerFailure(model.provider, new ProviderSaidNothing()).error;
  }
  return answer;
}

/** A provider that ignores the output limit is cut off, and what it said stays: the run is not to fail for it. */
async function readAnswer(execution: Execution, input: ModelCallInput, reader: AnswerReader): Promise<void> {
  const { model, signal, patience } = execution;
  const { tools, withoutTools } = input;
  let chunks = 0;
  for await (const chunk of streamModel(model, input.messages, { tools, withoutTools, signal, patience })) {
    await emitAll(execution, reader.accept(chunk));
    if (reader.answer.overran) break;
    chunks += 1;
    if (chunks % CHUNKS_PER_TURN === 0) await nextTurn();
  }
  await emitAll(execution, reader.finish());
}

async function emitAll(execution: Execution, events: readonly AgentEvent[]): Promise<void> {
  for (const event of events) {
    const full = execution.emit(event);
    if (full) await full;
  }
}

/** Providers may repeat an id in another call of the same run, or send none. */
function uniqueIds(used: ReadonlySet<string>, callId: string): (offered: string) => string {
  const taken = new Set(used);
  let made = 0;
  return (offered) => {
    let id = offered;
    while (id === "" || taken.has(id)) id = `call_${callId.replace(".", "_")}_${(made += 1)}`;
    taken.add(id);
    return id;
  };
}
