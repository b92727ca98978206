import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { FrameLog } from "../platform/frame-log/frame-log.ts";

/** Deltas of a busy stream wait at most this long for company; the first one goes at once. */
const COALESCE_MILLISECONDS = 25;

export type FrameBody = RunFrame["frame"];

export interface RunWriterOptions {
  log: FrameLog;
  runId: string;
  attempt: number;
  /** Called once when the log refuses this writer: it was lost, or another executor took over. */
  onRefused(error: unknown): void;
}

/** Writes one attempt's frames to the run's log: in order, encoded once, text deltas joined when busy. */
export class RunWriter {
  readonly epoch: string;
  readonly #options: RunWriterOptions;
  #nextSeq: number;
  #frames: Uint8Array[] = [];
  #firstPendingSeq: number;
  #text = "";
  #textOffset = 0;
  #hasSpoken = false;
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = 0;
  #writes: Promise<void> = Promise.resolve();
  #refused = false;

  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const { epoch, nextSeq } = await options.log.open(options.runId, options.attempt);
    return new RunWriter(options, epoch, nextSeq);
  }

  private constructor(options: RunWriterOptions, epoch: string, nextSeq: number) {
    this.#options = options;
    this.epoch = epoch;
    this.#nextSeq = nextSeq;
    this.#firstPendingSeq = nextSeq;
  }

  /** The seq of the last frame that was handed in; text that still waits for company is not counted. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  text(offset: number, text: string): void {
    if (this.#text === "") this.#textOffset = offset;
    this.#text += text;
    if (this.#hasSpoken) return this.#schedule();
    // Frames before it say little; somebody waits for the first word.
    this.#hasSpoken = true;
    void this.flush();
  }

  emit(frame: FrameBody): void {
    this.#closeText();
    this.#push(frame);
    this.#schedule();
  }

  /** Resolves when everything handed in so far is in the log. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#closeText();
    if (this.#frames.length > 0) {
      const frames = this.#frames;
      const firstSeq = this.#firstPendingSeq;
      this.#frames = [];
      this.#firstPendingSeq = this.#nextSeq;
      this.#lastFlush = performance.now();
      this.#writes = this.#writes.then(() => this.#append(firstSeq, frames));
    }
    return this.#writes;
  }

  async #append(firstSeq: number, frames: Uint8Array[]): Promise<void> {
    if (this.#refused) return;
    const { log, runId, attempt, onRefused } = this.#options;
    try {
      await log.append(runId, { epoch: this.epoch, fence: attempt, firstSeq, frames });
    } catch (error) {
      this.#refused = true;
      onRefused(error);
    }
  }

  #closeText(): void {
    if (this.#text === "") return;
    const value = { offset: BigInt(this.#textOffset), text: this.#text };
    this.#text = "";
    this.#push({ case: "textDelta", value: { $typeName: "ameide.inference.v1.TextDelta", ...value } });
  }

  #push(frame: FrameBody): void {
    const { runId, attempt } = this.#options;
    const seq = BigInt(this.#nextSeq++);
    const message = create(RunFrameSchema, {
      epoch: this.epoch,
      seq,
      runId,
      attempt,
      emitTime: timestampNow(),
      frame,
    });
    this.#frames.push(toBinary(RunFrameSchema, message));
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const wait = COALESCE_MILLISECONDS - (performance.now() - this.#lastFlush);
    if (wait <= 0) void this.flush();
    else this.#timer = setTimeout(() => void this.flush(), wait);
  }
}
