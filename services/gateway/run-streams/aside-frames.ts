import type { ResumeState, RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { durationFromMs } from "@bufbuild/protobuf/wkt";

/** What is said beside the sequence line of a run. */
type Aside = RunFrame["frame"];

const RECONNECT_MILLISECONDS = 500;

/** What the reader may rely on, and the place from where the line goes on. */
export const resumed = (state: ResumeState, { epoch, seq }: { epoch: string; seq: number }): Aside => ({
  case: "resumed",
  value: { $typeName: "ameide.inference.v1.Resumed", state, epoch, nextSeq: BigInt(seq + 1) },
});

export const heartbeat = (seq: number): Aside => ({
  case: "heartbeat",
  value: { $typeName: "ameide.inference.v1.Heartbeat", highSeq: BigInt(seq) },
});

export const RECONNECT: Aside = {
  case: "reconnect",
  value: { $typeName: "ameide.inference.v1.Reconnect", delay: durationFromMs(RECONNECT_MILLISECONDS) },
};
