import {
  ProjectionIntent,
  ProjectionTokenizer,
  type ProjectionOptions,
} from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import type { TokenizerName } from "../platform/tokenizer/line-tokenizer.ts";
import type { Intent } from "./engine/projection.ts";

/** Where a request says nothing. */
export const DEFAULT_BUDGET = 4000;

const INTENT_OF_CODE: Record<ProjectionIntent, Intent> = {
  [ProjectionIntent.UNSPECIFIED]: "analyze",
  [ProjectionIntent.ANALYZE]: "analyze",
  [ProjectionIntent.MODIFY]: "modify",
  [ProjectionIntent.VALIDATE]: "validate",
  [ProjectionIntent.IMPACT]: "impact",
};

export const CODE_OF_INTENT: Record<Intent, ProjectionIntent> = {
  analyze: ProjectionIntent.ANALYZE,
  modify: ProjectionIntent.MODIFY,
  validate: ProjectionIntent.VALIDATE,
  impact: ProjectionIntent.IMPACT,
};

export const intentOf = (code: ProjectionIntent): Intent => INTENT_OF_CODE[code];

export const tokenizerNameOf = (code: ProjectionTokenizer): TokenizerName =>
  code === ProjectionTokenizer.CL100K_BASE ? "cl100k_base" : "o200k_base";

/** What goes in when nobody says: as the intent needs it. */
export function inclusionsOf(intent: Intent, options: ProjectionOptions | undefined) {
  return {
    metrics: options?.includeMetrics ?? (intent === "analyze" || intent === "validate"),
    rules: options?.includeRules ?? intent === "validate",
    hotspots: options?.includeHotspots ?? (intent === "analyze" || intent === "impact"),
    scenarios: options?.includeScenarios ?? intent === "analyze",
    maxDepth: options?.maxDepth ?? 0,
  };
}
