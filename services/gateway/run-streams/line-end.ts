import type { FrameBatch } from "../../platform/frame-log/frame-log.ts";
import type { Follower, Place } from "./follow-line.ts";
import { isStatus, withToken, type LineFrame } from "./stored-frame.ts";

/** Readers get a fresh resume token at least this often; sealing one costs more than sending a frame. */
const TOKEN_MILLISECONDS = 5000;

/** How far a reader has come on its line. While it waits there for news, they reach it without the log being read. */
export class LineEnd {
  readonly #follower: Follower;
  readonly #epoch: string;
  /** The last seq that was sent. */
  seq: number;
  #isLive = false;
  #stampedAt = -Infinity;

  constructor(follower: Follower, { epoch, seq }: Place) {
    this.#follower = follower;
    this.#epoch = epoch;
    this.seq = seq;
  }

  /** All there was is sent; until the wait is over, nothing but what is appended follows. */
  async liveUntil<T>(wait: Promise<T>): Promise<T> {
    this.#isLive = true;
    try {
      return await wait;
    } finally {
      this.#isLive = false;
    }
  }

  /** Whether these frames were sent: they come next, change no state, and the reader has room. */
  passOn(appended: FrameBatch | undefined): boolean {
    if (!this.#isLive || !appended || !this.#comesNext(appended)) return false;
    const before = this.#stampedAt;
    if (
      this.#follower.reader.sendNow(appended.frames.map((frame, i) => this.stamped(frame, this.seq + 1 + i)))
    ) {
      this.seq += appended.frames.length;
      return true;
    }
    this.#stampedAt = before;
    return false;
  }

  /** The frame, with a resume token if the reader got none for a while. */
  stamped(frame: LineFrame, seq: number): LineFrame {
    if (performance.now() - this.#stampedAt < TOKEN_MILLISECONDS) return frame;
    this.#stampedAt = performance.now();
    const resumeToken = this.#follower.issue({ epoch: this.#epoch, seq });
    return frame instanceof Uint8Array ? withToken(frame, resumeToken) : { ...frame, resumeToken };
  }

  #comesNext({ epoch, firstSeq, frames }: FrameBatch): boolean {
    return epoch === this.#epoch && firstSeq === this.seq + 1 && !frames.some(isStatus);
  }
}
