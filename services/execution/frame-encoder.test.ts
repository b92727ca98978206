import {
  RunFrameSchema,
  StatusSchema,
  ToolCallSchema,
} from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FrameEncoder } from "./frame-encoder.ts";

const common = { epoch: "0123456789abcdef", runId: "0199aa00-0000-7000-8000-000000000001", attempt: 2 };
const encoder = new FrameEncoder(common);

function expected(seq: number, at: number, frame: MessageInitShape<typeof RunFrameSchema>["frame"]) {
  const fields = { ...common, seq: BigInt(seq), emitTime: timestampFromMs(at) };
  return create(RunFrameSchema, { ...fields, ...(frame && { frame }) });
}

const seqs = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.maxSafeNat());
const times = fc.integer({ min: 0, max: 4_000_000_000_000 });

it("a delta encoded by hand is read as what it is, whatever its text, place and time", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 120, maxLength: 400 }));
  fc.assert(
    fc.property(seqs, times, fc.maxSafeNat(), texts, (seq, at, offset, text) => {
      const value = { offset: BigInt(offset), text };
      const read = fromBinary(RunFrameSchema, encoder.text(seq, at, offset, text));
      expect(read).toEqual(expected(seq, at, { case: "textDelta", value }));
    }),
  );
});

it("other frames are read as what they are", () => {
  const bodies = [
    { case: "status", value: create(StatusSchema, { state: RunState.PARKED }) },
    { case: "toolCall", value: create(ToolCallSchema, { toolCallId: "call", name: "find", textOffset: 7n }) },
  ] as const;
  for (const [index, frame] of bodies.entries()) {
    const read = fromBinary(RunFrameSchema, encoder.frame(index + 1, 1234, frame));
    expect(read).toEqual(expected(index + 1, 1234, frame));
  }
});
