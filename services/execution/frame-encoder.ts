import {
  RunFrameSchema,
  TextDeltaSchema,
  type RunFrame,
} from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";

export type FrameBody = RunFrame["frame"];

const LENGTH_DELIMITED = 2;
const VARINT = 0;
const tagOf = (field: { number: number }, wireType: number) => field.number * 8 + wireType;
const { seq, emitTime, textDelta } = RunFrameSchema.field;
const TAG = {
  seq: tagOf(seq, VARINT),
  emitTime: tagOf(emitTime, LENGTH_DELIMITED),
  seconds: tagOf(TimestampSchema.field.seconds, VARINT),
  nanos: tagOf(TimestampSchema.field.nanos, VARINT),
  textDelta: tagOf(textDelta, LENGTH_DELIMITED),
  offset: tagOf(TextDeltaSchema.field.offset, VARINT),
  text: tagOf(TextDeltaSchema.field.text, LENGTH_DELIMITED),
};

/** Longest varint of a number that is safe; all tags here take one byte. */
const VARINT_BYTES = 8;
const MOMENT_BYTES = 2 * (1 + VARINT_BYTES);
const NANOS_PER_MILLISECOND = 1_000_000;

/**
 * Encodes the frames of one attempt at a run. Most are deltas of a few letters, so what they have in common is encoded
 * once, and the rest by hand: a fifth of what the general encoder takes.
 */
export class FrameEncoder {
  readonly #common: Uint8Array;

  constructor(common: Pick<RunFrame, "epoch" | "runId" | "attempt">) {
    this.#common = toBinary(RunFrameSchema, create(RunFrameSchema, common));
  }

  text(seqOfFrame: number, at: number, offset: number, text: string): Uint8Array {
    const textBytes = Buffer.byteLength(text);
    const value = Buffer.allocUnsafe(2 * (1 + VARINT_BYTES) + textBytes);
    let end = offset === 0 ? 0 : varint(value, varint(value, 0, TAG.offset), offset);
    if (textBytes > 0) {
      end = varint(value, varint(value, end, TAG.text), textBytes);
      end += value.write(text, end);
    }
    return this.#frame(seqOfFrame, at, TAG.textDelta, value.subarray(0, end));
  }

  /** Any frame; `at` is milliseconds since 1970. */
  frame(seqOfFrame: number, at: number, frame: FrameBody): Uint8Array {
    return this.#frame(
      seqOfFrame,
      at,
      undefined,
      toBinary(RunFrameSchema, create(RunFrameSchema, { frame })),
    );
  }

  #frame(seqOfFrame: number, at: number, bodyTag: number | undefined, body: Uint8Array): Uint8Array {
    const common = this.#common;
    const size = common.length + MOMENT_BYTES + 4 * (1 + VARINT_BYTES) + body.length;
    const bytes = Buffer.allocUnsafe(size);
    bytes.set(common);
    let end = varint(bytes, varint(bytes, common.length, TAG.seq), seqOfFrame);
    end = this.#moment(bytes, end, at);
    if (bodyTag !== undefined) end = varint(bytes, varint(bytes, end, bodyTag), body.length);
    bytes.set(body, end);
    return bytes.subarray(0, end + body.length);
  }

  #moment(bytes: Buffer, at: number, milliseconds: number): number {
    const begin = varint(bytes, at, TAG.emitTime) + 1;
    let end = varint(bytes, varint(bytes, begin, TAG.seconds), Math.floor(milliseconds / 1000));
    end = varint(bytes, varint(bytes, end, TAG.nanos), (milliseconds % 1000) * NANOS_PER_MILLISECOND);
    bytes[begin - 1] = end - begin;
    return end;
  }
}

function varint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) | 0x80;
  bytes[end++] = rest;
  return end;
}
