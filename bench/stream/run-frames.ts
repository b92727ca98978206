import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";

/** What a run says: text of one token a frame, and the end. The seqs are 1 to `count`. */
export function runFrames(runId: string, epoch: string, count: number): RunFrame[] {
  const emitTime = timestampNow();
  return Array.from({ length: count }, (_, i) => {
    const common = { epoch, runId, attempt: 1, emitTime, seq: BigInt(i + 1) };
    const last = i === count - 1;
    return create(RunFrameSchema, {
      ...common,
      frame: last
        ? { case: "status", value: { state: RunState.COMPLETED } }
        : { case: "textDelta", value: { offset: BigInt(i * 7), text: " tokens" } },
    });
  });
}
