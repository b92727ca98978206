import { WatchRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";

const ENVELOPE_BYTES = 5;

/** The body of a WatchRun from the start. */
export function watchEnvelope(runId: string): Buffer {
  const message = toBinary(WatchRunRequestSchema, create(WatchRunRequestSchema, { runId }));
  const head = Buffer.alloc(ENVELOPE_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
