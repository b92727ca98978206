import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A frame as its executor encoded it. Readers of binary messages get these bytes, and nobody decodes them. */
export type StoredFrame = Uint8Array;

/** A frame of the line, or one that was made for this reader. */
export type LineFrame = StoredFrame | RunFrame;

const { status, resumeToken } = RunFrameSchema.field;

/** Whether the run's state changed: what a server has to look into. */
export function isStatus(frame: StoredFrame): boolean {
  const reader = new BinaryReader(frame);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === status.number) return true;
    reader.skip(wireType, field);
  }
  return false;
}

/** A field may stand anywhere in a message, so it is added at the end. */
export function withToken(frame: StoredFrame, token: string): StoredFrame {
  const field = new BinaryWriter().tag(resumeToken.number, WireType.LengthDelimited).string(token).finish();
  return Buffer.concat([frame, field]);
}
