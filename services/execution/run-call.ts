import { OpenCallSchema, type OpenCall } from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import type { CallToBook, RunBudget } from "../budget/index.ts";
import { findProgress } from "../inference/index.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { CallUsage, ModelCall } from "./agent-event.ts";

/** A model call that is about to begin, as the run's progress keeps it. */
export function openCallOf({ callId, model, inputTokens }: ModelCall, attempt: number, now: Date): OpenCall {
  return create(OpenCallSchema, {
    callId,
    model,
    attempt,
    inputTokens: BigInt(inputTokens),
    startTime: timestampFromDate(now),
    usageEntryId: uuidv7(),
  });
}

type Counted = Omit<CallUsage, "reported" | "aborted">;

/** Without a usage the call was cut short and is booked by our count. */
export function callToBook(runId: string, call: OpenCall, usage: CallUsage | undefined): CallToBook {
  const { callId, model, usageEntryId, attempt } = call;
  const counted: Counted = usage ?? {
    inputTokens: Number(call.inputTokens),
    outputTokens: Number(call.outputTokens),
  };
  const { inputTokens, cachedInputTokens = 0, outputTokens, reasoningTokens = 0 } = counted;
  const tokens = { inputTokens, cachedInputTokens, outputTokens, reasoningTokens };
  const aborted = usage === undefined || usage.aborted === true;
  return { runId, callId, model, usageEntryId, attempt, ...tokens, aborted };
}

/** A call that was under way when the executor of the attempt before died or gave up. */
export interface AbandonedCall {
  /** To be booked by whoever goes on with the run. */
  call?: OpenCall;
  /** Its model has lost its price since, so it cannot be charged; that must not keep the run from being ended. */
  unpriced?: AppError;
}

export async function abandonedCall(tx: Tx, budget: RunBudget, runId: string): Promise<AbandonedCall> {
  const call = (await findProgress(tx, runId))?.openCall;
  if (!call) return {};
  try {
    budget.costOf(call.model, { inputTokens: 0, outputTokens: 0 });
    return { call };
  } catch (error) {
    if (error instanceof AppError && error.reason === "PRICE_UNKNOWN") return { unpriced: error };
    throw error;
  }
}
