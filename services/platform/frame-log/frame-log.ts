/** One encoded frame and its place in the line. */
export interface LogEntry {
  /** Dense from 1 within an epoch. */
  seq: number;
  data: Uint8Array;
}

/** The state of one log. */
export interface LogHead {
  /** Changes only when the log was lost. */
  epoch: string;
  /** The oldest seq that is still held; `nextSeq` when none is. */
  oldestSeq: number;
  /** The seq that the next frame will have. */
  nextSeq: number;
}

/** How far a line must go, because a reader may have been placed there. */
export interface Promised {
  epoch: string;
  seq: number;
}

export interface LogPage extends LogHead {
  entries: LogEntry[];
}

/** Frames that are appended in one go. */
export interface FrameBatch {
  epoch: string;
  /** The seq of the first frame. */
  firstSeq: number;
  frames: readonly Uint8Array[];
}

/** What a writer adds. Frames that are there already are skipped, so a repeat is harmless. */
export interface LogAppend extends FrameBatch {
  /** The writer's attempt; a writer with a lower one than was seen before is refused. */
  fence: number;
}

/**
 * Called soon after each append, with what was appended if that is at hand; otherwise the log has to be read. Returns
 * true when it has no need to read that any more.
 */
export type LogListener = (appended?: FrameBatch) => unknown;

/**
 * The frame buffer: recent frames of each run, in order. It may forget the oldest frames, or everything (then the
 * epoch changes); readers fall back to the snapshot in the database.
 */
export interface FrameLog {
  /**
   * The head of the log; begins a new line when there is none. Whoever comes first begins it. A writer names its
   * attempt: from then on writers with a lower one are refused, so nothing comes between the head and its frames.
   * A line that ends before what readers were promised of it is begun anew.
   */
  open(key: string, fence?: number, promised?: Promised): Promise<LogHead>;
  /**
   * Throws FencedOut when another writer took over, EpochLost when the log was lost meanwhile. While the buffer is
   * away for long, frames are dropped without a word, and the first append after it is back throws EpochLost.
   */
  append(key: string, frames: LogAppend): Promise<void>;
  /**
   * Entries after a seq, at most `limit`; undefined when there is no log. `oldestSeq` may be later than what is
   * really held, never after the first entry.
   */
  read(key: string, afterSeq: number, limit: number): Promise<LogPage | undefined>;
  /** Calls `listener` until the returned function is called. */
  subscribe(key: string, listener: LogListener): () => void;
}

export class FencedOut extends Error {
  constructor(key: string) {
    super(`another executor writes ${key} now`);
  }
}

/** Nobody knows what the buffer holds; thrown to readers, who ask the database meanwhile. */
export class LogAway extends Error {
  constructor(key: string, cause?: unknown) {
    super(`the frame log of ${key} cannot be reached`, { cause });
  }
}

export class EpochLost extends Error {
  constructor(key: string) {
    super(`the frame log of ${key} was lost`);
  }
}
