import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A frame as its executor encoded it. Readers of binary messages get these bytes, and nobody decodes them. */
export type StoredFrame = Uint8Array;

/** A frame of the line, or one that was made for this reader. */
export type LineFrame = StoredFrame | RunFrame;

/** Who is sent frames, one call after the other. */
export interface FrameReader {
  /** Resolves when there is room for more, or when nobody reads any more. */
  send(frames: readonly LineFrame[]): Promise<void>;
  /** Sends them, or nothing and false if that has to wait. */
  sendNow(frames: readonly LineFrame[]): boolean;
  /** Aborts when the reader left. */
  signal: AbortSignal;
}

const { status, resumeToken } = RunFrameSchema.field;

/** Whether the run's state changed: what a server has to look into. Every frame is asked, so it is read by hand. */
export function isStatus(frame: StoredFrame): boolean {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; at < frame.length; shift += 7) {
      const byte = frame[at++] ?? 0;
      // More bits than that are of numbers that are skipped.
      if (shift < 28) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < frame.length) {
    const tag = varint();
    if (tag >>> 3 === status.number) return true;
    const wireType: WireType = tag & 7;
    const value = wireType === WireType.Varint || wireType === WireType.LengthDelimited ? varint() : 0;
    if (wireType === WireType.LengthDelimited) at += value;
    else if (wireType === WireType.Bit64) at += 8;
    else if (wireType === WireType.Bit32) at += 4;
  }
  return false;
}

/** A field may stand anywhere in a message, so it is added at the end. */
export function withToken(frame: StoredFrame, token: string): StoredFrame {
  const field = new BinaryWriter().tag(resumeToken.number, WireType.LengthDelimited).string(token).finish();
  return Buffer.concat([frame, field]);
}
