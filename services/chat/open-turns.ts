import { MessageRole, type ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";

/** The turns of a chat that have begun or wait, in the order of their messages. */
export interface OpenTurns {
  /** The run whose turn it is; empty when there is none. */
  activeRunId: string;
  /** Those whose messages wait, next first. */
  waitingRunIds: readonly string[];
  /** Those of both that were rolled back, and have not ended yet. */
  withdrawnRunIds: readonly string[];
}

export const NO_TURNS: OpenTurns = { activeRunId: "", waitingRunIds: [], withdrawnRunIds: [] };

export const openRuns = ({ activeRunId, waitingRunIds }: OpenTurns): string[] =>
  activeRunId === "" ? [] : [activeRunId, ...waitingRunIds];

/** A user's message opens its turn, or waits while another is open; an answer closes one. */
export function afterMessage(turns: OpenTurns, { role, runId }: ChatMessage): OpenTurns {
  if (role !== MessageRole.USER) return afterAnswer(turns, runId);
  const { activeRunId, waitingRunIds, withdrawnRunIds } = turns;
  if (activeRunId === "") return { activeRunId: runId, waitingRunIds, withdrawnRunIds };
  return { activeRunId, waitingRunIds: [...waitingRunIds, runId], withdrawnRunIds };
}

/** When the active turn ends, however it does, the next begins; one that waits leaves the others as they are. */
export function afterAnswer(turns: OpenTurns, runId: string): OpenTurns {
  const [activeRunId = "", ...waitingRunIds] = openRuns(turns).filter((open) => open !== runId);
  return {
    activeRunId,
    waitingRunIds,
    withdrawnRunIds: turns.withdrawnRunIds.filter((open) => open !== runId),
  };
}

export function afterWithdrawal(turns: OpenTurns, runId: string): OpenTurns {
  const { activeRunId, waitingRunIds, withdrawnRunIds } = turns;
  return { activeRunId, waitingRunIds, withdrawnRunIds: [...withdrawnRunIds, runId] };
}
