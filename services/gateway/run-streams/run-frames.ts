import {
  RunFrameSchema,
  SnapshotSchema,
  StatusSchema,
  type RunFrame,
  type Snapshot,
} from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { findProgress, hasEnded, isSuspended, type RunRecord } from "../../inference/index.ts";
import type { Database } from "../../platform/db/database.ts";
import type { LogHead } from "../../platform/frame-log/frame-log.ts";
import { codePoints } from "../../platform/text/code-points.ts";

/** Whether nothing more comes on the run's line: it ended, or is suspended until somebody resumes it. */
export const standsStill = (run: Pick<RunRecord, "state">): boolean => hasEnded(run) || isSuspended(run);

/** A frame that is not part of the sequence line. */
export function frameOf(run: RunRecord, epoch: string, frame: RunFrame["frame"]): RunFrame {
  return create(RunFrameSchema, {
    epoch,
    runId: run.runId,
    attempt: run.attempt,
    emitTime: timestampNow(),
    frame,
  });
}

export function snapshotFrame(run: RunRecord, epoch: string, snapshot: Snapshot): RunFrame {
  return frameOf(run, epoch, { case: "snapshot", value: snapshot });
}

/** The whole answer and the end of a run that has ended, as the database has it. */
export function finalFrames(run: RunRecord, epoch = ""): RunFrame[] {
  const { end, state } = run;
  if (!end) return [];
  const textLength = BigInt(
    end.parts.reduce((sum, { kind }) => sum + (kind.case === "text" ? codePoints(kind.value.text) : 0), 0),
  );
  const { parts, usage, error, messageId, interrupt, finishReason } = end;
  const snapshot = create(SnapshotSchema, { state, parts, textLength, ...(usage && { usage }) });
  const status = create(StatusSchema, { state, messageId, finishReason, ...(interrupt && { interrupt }) });
  return [
    snapshotFrame(run, epoch, snapshot),
    ...(error ? [frameOf(run, epoch, { case: "error", value: error })] : []),
    frameOf(run, epoch, { case: "status", value: status }),
  ];
}

/**
 * The stored state of a run under way, if the log goes on from it. State of a lost line stands at the start of the new
 * one, where the next attempt takes it back and says it again.
 */
export async function snapshotUnderWay(
  deps: { database: Database },
  tenantId: string,
  run: RunRecord,
  head: LogHead,
): Promise<Snapshot | undefined> {
  const progress = await findProgress(deps.database.reader(tenantId), run.runId);
  const stored = progress?.snapshot ?? create(SnapshotSchema, { state: run.state });
  const snapshot = progress?.epoch === head.epoch ? stored : { ...stored, seq: 0n };
  return Number(snapshot.seq) + 1 >= head.oldestSeq ? snapshot : undefined;
}
