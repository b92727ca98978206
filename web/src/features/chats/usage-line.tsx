import type { Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { UsageStage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { formatCount, formatMicros } from "../../rpc/format.ts";

/** Tokens and money of one answer; a tilde while the figures are estimates. */
export function UsageLine({ usage, model }: { usage: Usage; model: string }) {
  const about = usage.stage === UsageStage.ESTIMATED ? "~" : "";
  const cost = formatMicros(usage.costMicros, usage.currency);
  return (
    <span className="text-xs text-muted tabular-nums" title={model && `Answered by ${model}`}>
      {about}
      {formatCount(usage.inputTokens)} tokens in, {formatCount(usage.outputTokens)} out · {about}
      {cost}
    </span>
  );
}
