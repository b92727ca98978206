import { randomBytes } from "node:crypto";
import {
  EpochLost,
  FencedOut,
  type FrameLog,
  type LogAppend,
  type LogHead,
  type LogListener,
  type LogPage,
  type Promised,
} from "./frame-log.ts";

export interface FrameLogLimits {
  /** Frames held per log. Default 1,000. */
  framesPerLog?: number;
  /** Logs held; the ones that were quiet for longest go first, those with listeners last. Default 5,000. */
  logs?: number;
  /** Memory held by the frames of all logs, about. Default 256 MiB. */
  bytes?: number;
}

interface Log {
  epoch: string;
  fence: number;
  nextSeq: number;
  /** The held frames, oldest first; the last one has seq `nextSeq - 1`. */
  frames: Uint8Array[];
}

export function createInProcessFrameLog(limits: FrameLogLimits = {}): FrameLog {
  return new InProcessFrameLog(limits);
}

/** What a frame costs beside its content. */
const FRAME_OVERHEAD = 128;
/** Watched logs that one append may pass over in its search for one to drop. */
const MAX_PASSED_OVER = 8;

class InProcessFrameLog implements FrameLog {
  readonly #limits: Required<FrameLogLimits>;
  /** In order of use, the one that was quiet for longest first. */
  readonly #logs = new Map<string, Log>();
  readonly #listeners = new Map<string, Set<LogListener>>();
  #bytes = 0;

  constructor({ framesPerLog = 1000, logs = 5000, bytes = 256 * 1024 * 1024 }: FrameLogLimits) {
    this.#limits = { framesPerLog, logs, bytes };
  }

  open(key: string, fence = 0, promised?: Promised): Promise<LogHead> {
    const known = this.#logs.get(key);
    if (known && fence > 0 && fence < known.fence) return Promise.reject(new FencedOut(key));
    const log = known && keeps(known, promised) ? known : { ...newLog(), fence: known?.fence ?? 0 };
    for (const frame of known && known !== log ? known.frames : []) this.#bytes -= sizeOf(frame);
    log.fence = Math.max(log.fence, fence);
    this.#touch(key, log);
    return Promise.resolve(headOf(log));
  }

  append(key: string, added: LogAppend): Promise<void> {
    const { epoch, fence, firstSeq, frames } = added;
    const log = this.#logs.get(key);
    if (log?.epoch !== epoch) return Promise.reject(new EpochLost(key));
    if (fence < log.fence) return Promise.reject(new FencedOut(key));
    if (firstSeq > log.nextSeq)
      return Promise.reject(new RangeError(`seq ${firstSeq} leaves a gap in ${key}`));
    log.fence = fence;
    for (const frame of frames.slice(log.nextSeq - firstSeq)) {
      log.frames.push(frame);
      log.nextSeq += 1;
      this.#bytes += sizeOf(frame);
    }
    this.#trim(log);
    this.#touch(key, log);
    for (const listener of this.#listeners.get(key) ?? []) queueMicrotask(() => listener(added));
    return Promise.resolve();
  }

  read(key: string, afterSeq: number, limit: number): Promise<LogPage | undefined> {
    const log = this.#logs.get(key);
    if (!log) return Promise.resolve(undefined);
    const from = Math.max(0, afterSeq + 1 - oldestOf(log));
    const first = oldestOf(log) + from;
    const held = log.frames.slice(from, from + limit);
    const entries = held.map((data, i) => ({ seq: first + i, data }));
    return Promise.resolve({ ...headOf(log), entries });
  }

  subscribe(key: string, listener: LogListener): () => void {
    const group = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, group.add(listener));
    return () => {
      group.delete(listener);
      if (group.size === 0 && this.#listeners.get(key) === group) this.#listeners.delete(key);
    };
  }

  /** In chunks, so that the cost per frame is constant. */
  #trim(log: Log): void {
    const { framesPerLog } = this.#limits;
    if (log.frames.length <= framesPerLog * 1.25) return;
    for (const frame of log.frames.splice(0, log.frames.length - framesPerLog)) this.#bytes -= sizeOf(frame);
  }

  /** Re-inserting keeps the map in order of use. */
  #touch(key: string, log: Log): void {
    this.#logs.delete(key);
    this.#logs.set(key, log);
    let passedOver = 0;
    for (const [eldest, quiet] of this.#logs) {
      if (!this.#isFull() || quiet === log || passedOver === MAX_PASSED_OVER) return;
      this.#logs.delete(eldest);
      if (this.#listeners.has(eldest)) {
        this.#logs.set(eldest, quiet);
        passedOver += 1;
      } else {
        for (const frame of quiet.frames) this.#bytes -= sizeOf(frame);
      }
    }
  }

  #isFull(): boolean {
    return this.#logs.size > this.#limits.logs || this.#bytes > this.#limits.bytes;
  }
}

const newLog = (): Log => ({ epoch: randomBytes(8).toString("hex"), fence: 0, nextSeq: 1, frames: [] });
const keeps = (log: Log, promised: Promised | undefined) =>
  log.epoch !== promised?.epoch || log.nextSeq > promised.seq;
const oldestOf = (log: Log) => log.nextSeq - log.frames.length;
const headOf = (log: Log): LogHead => ({
  epoch: log.epoch,
  oldestSeq: oldestOf(log),
  nextSeq: log.nextSeq,
});
const sizeOf = (frame: Uint8Array) => frame.length + FRAME_OVERHEAD;
