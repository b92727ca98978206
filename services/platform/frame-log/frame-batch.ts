import type { FrameBatch, LogEntry } from "./frame-log.ts";

/** Length and name of the epoch, the first seq, then each frame with its length before it; numbers big-endian. */
const SEQ_BYTES = 6;
const LENGTH_BYTES = 4;

export function encodeBatch({ epoch, firstSeq, frames }: FrameBatch): Buffer {
  const size = frames.reduce((sum, frame) => sum + LENGTH_BYTES + frame.length, 0);
  const bytes = Buffer.allocUnsafe(1 + epoch.length + SEQ_BYTES + size);
  let at = bytes.writeUInt8(epoch.length, 0);
  at += bytes.write(epoch, at, "latin1");
  at = bytes.writeUIntBE(firstSeq, at, SEQ_BYTES);
  for (const frame of frames) {
    at = bytes.writeUInt32BE(frame.length, at);
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

/** The frames are views of the bytes. */
export function decodeBatch(bytes: Buffer): FrameBatch {
  const seqAt = 1 + bytes.readUInt8(0);
  const frames: Uint8Array[] = [];
  let at = seqAt + SEQ_BYTES;
  while (at < bytes.length) {
    const begin = at + LENGTH_BYTES;
    at = begin + bytes.readUInt32BE(at);
    frames.push(bytes.subarray(begin, at));
  }
  return { epoch: bytes.toString("latin1", 1, seqAt), firstSeq: bytes.readUIntBE(seqAt, SEQ_BYTES), frames };
}

/** The entries of batches in their order, after a seq. Batches may repeat what one before them had. */
export function entriesAfter(batches: Iterable<FrameBatch>, afterSeq: number, limit: number): LogEntry[] {
  const entries: LogEntry[] = [];
  let last = afterSeq;
  for (const { firstSeq, frames } of batches) {
    for (let i = Math.max(0, last + 1 - firstSeq); i < frames.length; i++) {
      const data = frames[i];
      if (data === undefined || entries.length === limit) return entries;
      last = firstSeq + i;
      entries.push({ seq: last, data });
    }
  }
  return entries;
}
