import { EpochLost, type FrameLog, type Promised } from "../platform/frame-log/frame-log.ts";
import { processPace, type AppendPace } from "./append-pace.ts";
import { FrameEncoder, type FrameBody } from "./frame-encoder.ts";

/** A log that is lost again and again is better left to the next attempt. */
const MAX_LOSSES = 3;

export type { FrameBody };

export interface RunWriterOptions {
  log: FrameLog;
  runId: string;
  attempt: number;
  /** How far readers were told the line goes. */
  promised?: Promised | undefined;
  /** All that was said so far, as frames: what the line begins with again when its log was lost. */
  restate?(): readonly FrameBody[];
  /** Default: that of this process. */
  pace?: AppendPace;
  /** Called once when the log refuses this writer: another executor took over, or nothing can be said again. */
  onRefused(error: unknown): void;
}

/**
 * Writes one attempt's frames to the run's log: in order, encoded once, text deltas joined when busy; the first goes at
 * once. One append is under way at a time, and what is said meanwhile goes with the next: the slower the log, the fewer
 * and bigger the deltas.
 */
export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #pace: AppendPace;
  #epoch: string;
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
  #encoder: FrameEncoder;
  #started: FrameBody | undefined;
  #hasEnded = false;
  /** Since the last append that the log took. */
  #losses = 0;

  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const { log, runId, attempt, promised } = options;
    const { epoch, nextSeq } = await log.open(runId, attempt, promised);
    return new RunWriter(options, epoch, nextSeq);
  }

  private constructor(options: RunWriterOptions, epoch: string, nextSeq: number) {
    this.#options = options;
    this.#epoch = epoch;
    this.#nextSeq = nextSeq;
    this.#firstPendingSeq = nextSeq;
    this.#writtenSeq = nextSeq - 1;
    const { runId, attempt, pace = processPace } = options;
    this.#pace = pace;
    this.#encoder = new FrameEncoder({ epoch, runId, attempt });
  }

  /** Of the line that is written now. */
  get epoch(): string {
    return this.#epoch;
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
    if (frame.case === "started") this.#started = frame;
    if (frame.case === "status") this.#hasEnded = true;
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
      this.#pace.count();
      if (await this.#append(firstSeq, frames)) this.#writtenSeq = firstSeq + frames.length - 1;
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

  /** Resolves to whether the frames are in the log; otherwise the line has begun anew, or no more is taken. */
  async #append(firstSeq: number, frames: Uint8Array[]): Promise<boolean> {
    const { log, runId, attempt, onRefused } = this.#options;
    try {
      await log.append(runId, { epoch: this.#epoch, fence: attempt, firstSeq, frames });
      this.#losses = 0;
      return true;
    } catch (error) {
      const isAnew = error instanceof EpochLost && (await this.#beginAnew().catch(() => false));
      if (isAnew) return false;
      this.#refused = true;
      onRefused(error);
      return false;
    }
  }

  /** The end of a run is in the database before it is said, so it need not be said again. */
  async #beginAnew(): Promise<boolean> {
    const { log, runId, attempt, restate } = this.#options;
    if (!restate || this.#hasEnded || ++this.#losses > MAX_LOSSES) return false;
    const { epoch, nextSeq } = await log.open(runId, attempt);
    if (this.#hasEnded) return false;
    this.#epoch = epoch;
    this.#encoder = new FrameEncoder({ epoch, runId, attempt });
    this.#nextSeq = this.#firstPendingSeq = nextSeq;
    this.#writtenSeq = nextSeq - 1;
    this.#frames = [];
    this.#text = "";
    if (this.#started) this.#push(this.#started);
    for (const frame of restate()) this.#push(frame);
    this.#waiting = this.#waiting.map((waiting) => ({ ...waiting, seq: this.lastSeq }));
    return true;
  }

  #push(frame: FrameBody): void {
    this.#frames.push(this.#encoder.frame(this.#nextSeq++, Date.now(), frame));
  }

  #closeText(): void {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#frames.push(this.#encoder.text(this.#nextSeq++, Date.now(), this.#textOffset, text));
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isDue) return;
    const wait = this.#pace.windowMilliseconds() - (performance.now() - this.#lastFlush);
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
