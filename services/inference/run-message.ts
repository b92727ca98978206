import {
  UsageSchema,
  UsageStage,
  type RunSchema,
  type Usage,
} from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { UsageTotals } from "../budget/index.ts";
import type { RunRecord } from "./run.ts";

type RunInit = MessageInitShape<typeof RunSchema>;

/** A run without its parts. */
export function runSummary(run: RunRecord): RunInit {
  const { runId, chatId, agentId, agentVersion, model, state, attempt, userId, createTime, endTime, end } =
    run;
  return {
    runId,
    chatId,
    agentId,
    agentVersion,
    model,
    state,
    attempt,
    userId,
    createTime: timestampFromDate(createTime),
    ...(endTime && { endTime: timestampFromDate(endTime) }),
    ...(end?.usage && { usage: end.usage }),
    ...(end?.error && { error: end.error }),
    ...(end?.interrupt && { interrupt: end.interrupt }),
    finishReason: end?.finishReason ?? FinishReason.UNSPECIFIED,
  };
}

export function usageMessage(totals: UsageTotals, currency: string, stage = UsageStage.SETTLED): Usage {
  return create(UsageSchema, {
    inputTokens: BigInt(totals.inputTokens),
    cachedInputTokens: BigInt(totals.cachedInputTokens),
    outputTokens: BigInt(totals.outputTokens),
    reasoningTokens: BigInt(totals.reasoningTokens),
    costMicros: BigInt(totals.costMicros),
    currency,
    stage,
  });
}
