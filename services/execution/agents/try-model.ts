import { setImmediate as nextTurn } from "node:timers/promises";
import { withInnerSpan } from "../../platform/telemetry/trace.ts";
import type { AgentEvent, EndedCall, ModelCall } from "../agent-event.ts";
import { createAnswerReader, type AnswerReader, type ModelAnswer } from "../models/answer-reader.ts";
import { hardOutputLimit, settleUsage } from "../models/believable-usage.ts";
import type { ChatModel } from "../models/model-factory.ts";
import { streamModel } from "../models/model-stream.ts";
import { OutputBlocked, createOutputCheck } from "../models/moderation/output-check.ts";
import { ProviderFailed } from "../models/provider-failure.ts";
import type { Execution } from "./execution.ts";
import type { ModelCallInput } from "./model-call.ts";

/** Chunks that came in one go are read without a pause otherwise. */
const CHUNKS_PER_TURN = 64;

export interface Try {
  model: ChatModel;
  call: ModelCall;
  input: ModelCallInput;
  /** Asked once, when the call begins: how readers are told of it. */
  announce(): { switched: boolean; replaces: boolean };
}

/** An answer, and the call that it came of. */
export interface CallAnswer extends ModelAnswer {
  ended: EndedCall;
}

/**
 * One call to one model, from a slot at its provider and the budget's leave to its settled usage, told as events.
 * Throws ProviderFailed where another model may do better.
 */
export async function tryModel(execution: Execution, attempt: Try): Promise<CallAnswer> {
  const release = await takeSlot(execution, attempt.model);
  try {
    const leave = attempt.model.guard.enter();
    return await tell(execution, attempt).finally(leave);
  } finally {
    release();
  }
}

/** Before the budget is asked: what waits for a slot shall hold nothing. */
async function takeSlot({ signal }: Execution, { slots, patience }: ChatModel): Promise<() => void> {
  if (slots.hasFree()) return slots.take(signal);
  const enough = AbortSignal.timeout(patience.slot);
  return slots.take(AbortSignal.any([signal, enough])).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!enough.aborted) throw error;
    throw new ProviderFailed(`has no room for another call after ${patience.slot / 1000} s`);
  });
}

async function tell(execution: Execution, attempt: Try): Promise<CallAnswer> {
  const { call, input, model } = attempt;
  await execution.request.beforeModelCall(call);
  await execution.emit({ type: "call_started", call, ...attempt.announce() });
  const reader = createAnswerReader({
    uniqueId: uniqueIds(input.usedToolCallIds, call.callId),
    tokenLimit: hardOutputLimit(call.maxOutputTokens),
    ...(input.restorer && { restorer: input.restorer }),
  });
  const attributes = { "gen_ai.request.model": model.ref, "gen_ai.operation.name": "chat" };
  try {
    await withInnerSpan("model.call", attributes, () => readAnswer(execution, attempt, reader));
  } catch (error) {
    throw await tellFailure(execution, call, reader.answer, error);
  }
  const { answer } = reader;
  const usage = settleUsage(call, answer.outputTokens, answer.usage);
  await execution.emit({ type: "call_ended", call, usage, finishReason: answer.finishReason });
  if (answer.text === "" && answer.toolCalls.length === 0) throw new ProviderFailed("answered nothing");
  return { ...answer, ended: { callId: call.callId, usage } };
}

/** Tells what is owed for a call that did not end well; resolves to what the execution is to make of it. */
async function tellFailure(
  execution: Execution,
  call: ModelCall,
  { outputTokens, usage }: ModelAnswer,
  error: unknown,
): Promise<unknown> {
  if (error instanceof OutputBlocked) {
    const { keep } = error;
    const told = usage && settleUsage(call, outputTokens, usage);
    await execution.emit({ type: "call_blocked", call, keep, usage: told });
    return error.error;
  }
  if (error instanceof ProviderFailed) {
    const refused = error.refused && outputTokens === 0;
    await execution.emit({ type: refused ? "call_refused" : "call_failed", call });
  }
  return error;
}

/** A provider that ignores the output limit is cut off, and what it said stays: the run is not to fail for it. */
async function readAnswer(
  execution: Execution,
  { model, call, input }: Try,
  reader: AnswerReader,
): Promise<void> {
  const { moderator } = execution;
  const output = moderator && createOutputCheck(moderator, execution.signal);
  const { signal } = output ?? execution;
  const { messages, tools, withoutTools } = input;
  const { maxOutputTokens } = call;
  const told = async (events: readonly AgentEvent[]) => {
    await emitAll(execution, events);
    for (const event of events) if (event.type === "text") output?.add(event.text);
  };
  let chunks = 0;
  for await (const chunk of streamModel(model, messages, { maxOutputTokens, tools, withoutTools, signal })) {
    await told(reader.accept(chunk));
    if (reader.answer.overran) break;
    chunks += 1;
    if (chunks % CHUNKS_PER_TURN === 0) await nextTurn();
  }
  await told(reader.finish());
  await output?.finish(reader.answer.toolCalls.map(({ json }) => json));
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
