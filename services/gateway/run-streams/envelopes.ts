import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { toBinary } from "@bufbuild/protobuf";
import type { LineFrame, StoredFrame } from "./stored-frame.ts";

/** Tag of the field `frame`, number 1 and length-delimited, in both responses. */
const FRAME_TAG = 0x0a;
/** One byte of flags, four of length: the same in Connect, gRPC and gRPC-Web. */
const ENVELOPE_BYTES = 5;

export const encoded = (frame: LineFrame): StoredFrame =>
  frame instanceof Uint8Array ? frame : toBinary(RunFrameSchema, frame);

/** Bytes of the response that holds the frame, without its envelope. */
export const responseLength = (frame: StoredFrame): number => 1 + varintLength(frame.length) + frame.length;

/** The responses that hold these frames, one uncompressed envelope each, as Connect would write them. */
export function enveloped(frames: readonly StoredFrame[]): Buffer {
  let size = 0;
  for (const frame of frames) size += ENVELOPE_BYTES + responseLength(frame);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const frame of frames) {
    bytes[at] = 0;
    bytes.writeUInt32BE(responseLength(frame), at + 1);
    at += ENVELOPE_BYTES;
    bytes[at++] = FRAME_TAG;
    at = writeVarint(bytes, at, frame.length);
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

/** The value of an unknown field that holds the frame: its length and its bytes. */
export function lengthDelimited(frame: StoredFrame): Buffer {
  const bytes = Buffer.allocUnsafe(varintLength(frame.length) + frame.length);
  bytes.set(frame, writeVarint(bytes, 0, frame.length));
  return bytes;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) length += 1;
  return length;
}

/** Seven bits a byte, the lowest first; all but the last have the highest bit set. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  for (; rest > 0x7f; rest >>>= 7) bytes[end++] = (rest & 0x7f) | 0x80;
  bytes[end++] = rest;
  return end;
}
