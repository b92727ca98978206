import type { FrameLog, Promised } from "../platform/frame-log/frame-log.ts";
import { FrameEncoder, type FrameBody } from "./frame-encoder.ts";

/** Deltas of a busy stream wait at most this long for company; the first one goes at once. */
const COALESCE_MILLISECONDS = 25;

export type { FrameBody };

export interface RunWriterOptions {
  log: FrameLog;
  runId: string;
  attempt: number;
  /** How far readers were told the line goes. */
  promised?: Promised | undefined;
  /** Called once when the log refuses this writer: it was lost, or another executor took over. */
  onRefused(error: unknown): void;
}

/**
 * Writes one attempt's frames to the run's log: in order, encoded once, text deltas joined when busy. One append is under
 * way at a time, and what is said meanwhile goes with the next: the slower the log, the fewer and bigger the deltas.
 */
export class RunWriter {
  readonly epoch: string;
  readonly #options: RunWriterOptions;
  #nextSeq: number;
  #frames: Uint8Array[] = [];
  #firstPendingSeq: number;
  #writtenSeq: number;
  #text = "";
  #textOffset = 0;
  #hasSpoken = false;
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = 0;
  #isWriting = false;
  /** Text waited its time while an append was under way. */
  #isDue = false;
  #waiting: { seq: number; resolve(): void }[] = [];
  #refused = false;
  readonly #encoder: FrameEncoder;

  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const { log, runId, attempt, promised } = options;
    const { epoch, nextSeq } = await log.open(runId, attempt, promised);
    return new RunWriter(options, epoch, nextSeq);
  }

  private constructor(options: RunWriterOptions, epoch: string, nextSeq: number) {
    this.#options = options;
    this.epoch = epoch;
    this.#nextSeq = nextSeq;
    this.#firstPendingSeq = nextSeq;
    this.#writtenSeq = nextSeq - 1;
    const { runId, attempt } = options;
    this.#encoder = new FrameEncoder({ epoch, runId, attempt });
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
    this.#frames.push(this.#encoder.frame(this.#nextSeq++, Date.now(), frame));
    this.#schedule();
  }

  /** Whether the log takes no more of this writer, so that something may be missing from the line. */
  get isRefused(): boolean {
    return this.#refused;
  }

  /** Resolves when everything handed in so far is in the log, or is refused. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#closeText();
    if (!this.#isWriting) void this.#writeAll();
    if (this.#isWritten(this.lastSeq)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ seq: this.lastSeq, resolve });
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#frames.length > 0 && !this.#refused) {
      const frames = this.#frames;
      const firstSeq = this.#firstPendingSeq;
      this.#frames = [];
      this.#firstPendingSeq = this.#nextSeq;
      this.#lastFlush = performance.now();
      await this.#append(firstSeq, frames);
      this.#writtenSeq = firstSeq + frames.length - 1;
      this.#tellWaiting();
      if (this.#isDue) this.#closeText();
      this.#isDue = false;
    }
    this.#isWriting = false;
  }

  #tellWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ seq }) => !this.#isWritten(seq));
    for (const { seq, resolve } of waiting) if (this.#isWritten(seq)) resolve();
  }

  #isWritten(seq: number): boolean {
    return this.#refused || seq <= this.#writtenSeq;
  }

  async #append(firstSeq: number, frames: Uint8Array[]): Promise<void> {
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
    const text = this.#text;
    this.#text = "";
    this.#frames.push(this.#encoder.text(this.#nextSeq++, Date.now(), this.#textOffset, text));
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isDue) return;
    const wait = COALESCE_MILLISECONDS - (performance.now() - this.#lastFlush);
    if (wait <= 0) return this.#timeIsOver();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#timeIsOver();
    }, wait);
  }

  #timeIsOver(): void {
    if (this.#isWriting) this.#isDue = true;
    else void this.flush();
  }
}
