import { type RunFrame, RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import type { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { type FrameBody, Story } from "./story.ts";

/** How long a stream may be silent. */
export const HEARTBEAT_MS = 8000;

/** How a log behaves. */
export interface LogOptions {
  /** How many frames are kept; older ones are trimmed. */
  readonly capacity: number;
  /** Every how manieth frame carries a resume token. */
  readonly tokenEvery: number;
  /** How many frames the persisted progress lags behind: what a lost log is replaced by. */
  readonly checkpointEvery: number;
}

/** The frames of one run as the contract describes them: an epoch, a dense seq, a buffer of limited size. */
export class FrameLog {
  readonly runId = "0190a000-0000-7000-8000-000000000001";
  story = new Story();
  epochs = 1;
  /** Frames trimmed from the front of this epoch. */
  base = 0;
  ended = false;
  endedSilently = false;
  private frames: RunFrame[] = [];
  private epochStart = new Story();
  private checkpoint = new Story();
  private wakers: (() => void)[] = [];
  private readonly options: LogOptions;

  constructor(options: LogOptions) {
    this.options = options;
  }

  get epoch(): string {
    return `epoch-${this.epochs}`;
  }

  /** The last seq of the line. */
  get high(): number {
    return this.base + this.frames.length;
  }

  append(body: FrameBody): void {
    const seq = this.high + 1;
    const token = seq % this.options.tokenEvery === 0 ? this.token(seq) : "";
    this.frames.push(this.frame(seq, body, token));
    if (this.frames.length > this.options.capacity) {
      this.frames.shift();
      this.base++;
    }
    if (seq % this.options.checkpointEvery === 0) this.checkpoint = this.story.copy();
    this.wake();
  }

  /** `silently`: the database knows of the end, the line does not. */
  end(state: RunState, silently = false): void {
    this.story.state = state;
    this.ended = true;
    this.endedSilently = silently;
    if (silently) this.wake();
    else this.append(this.status());
  }

  /** What tells the end. */
  status(): FrameBody {
    return { case: "status", value: { state: this.story.state, messageId: "message-1" } };
  }

  /** Forgets every frame, not what they said. */
  trim(): void {
    this.base = this.high;
    this.frames = [];
  }

  /** The process that held the log died: a new line begins at the persisted progress. */
  lose(): void {
    this.epochs++;
    this.base = 0;
    this.frames = [];
    const { attempt } = this.story;
    this.story = Object.assign(this.checkpoint.copy(), { attempt });
    this.epochStart = this.checkpoint.copy();
    this.wake();
  }

  at(seq: number): RunFrame | undefined {
    return this.frames[seq - this.base - 1];
  }

  frame(seq: number, frame: FrameBody, resumeToken = ""): RunFrame {
    const { epoch, runId } = this;
    return create(RunFrameSchema, {
      epoch,
      seq: BigInt(seq),
      runId,
      attempt: this.story.attempt,
      resumeToken,
      frame,
    });
  }

  /** A snapshot of the end of the line, or (`atStart`) of its beginning. */
  snapshot(atStart: boolean): RunFrame {
    const story = atStart ? this.epochStart : this.story;
    const { attempt, state, outputTokens } = story;
    const seq = atStart ? 0 : this.high;
    const value = {
      state,
      parts: story.parts(),
      textLength: BigInt(story.chars.length),
      seq: BigInt(seq),
      usage: { outputTokens },
    };
    return { ...this.frame(0, { case: "snapshot", value }, this.token(seq)), attempt };
  }

  heartbeat(): RunFrame {
    return this.frame(0, { case: "heartbeat", value: { highSeq: BigInt(this.high) } }, this.token(this.high));
  }

  token(seq: number): string {
    return JSON.stringify([this.epoch, seq]);
  }

  /** Waits for a change of the log, at most `ms`. */
  changed(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.wakers.push(wake);
    });
  }

  private wake(): void {
    const wakers = this.wakers;
    this.wakers = [];
    for (const wake of wakers) wake();
  }
}
