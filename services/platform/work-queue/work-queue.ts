/** Something that may be due: whoever takes the hint asks the database. */
export interface WorkItem {
  tenantId: string;
  workId: string;
}

export interface Hint extends WorkItem {
  /** The database was asked: the hint need not come again. Without it, it comes again after a while. */
  done(): void;
}

export interface TakeOptions {
  /** Most hints at a time. */
  limit: number;
  /** How long to wait for the first one. */
  milliseconds: number;
  signal: AbortSignal;
}

/**
 * Hints that work is due, each to one of all takers, oldest first. A hint may be lost or come twice, so what is due is
 * decided in the database, which every taker also reads now and then.
 */
export interface WorkQueue {
  /** Called after the commit that made the work due; never fails. */
  offer(work: WorkItem): void;
  /** What is there, or the first one that comes; nothing when the time is over or the signal aborts. */
  take(options: TakeOptions): Promise<Hint[]>;
  /** Whether hints reach the takers of other processes at this moment. When not, the database is to be read more often. */
  isReliable(): boolean;
}
