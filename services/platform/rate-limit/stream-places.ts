/** How many streams may be open at a time. */
export interface StreamLimit {
  /** What is counted, such as "user"; limits of different scopes are counted apart. */
  scope: string;
  /** Who, within the scope and the group. */
  key: string;
  limit: number;
}

export type TakenOrFull =
  | {
      /** Gives the place back; once is enough. */
      release(): void;
      full?: never;
    }
  | { full: StreamLimit; release?: never };

/** Counts open streams, for all processes that share it. Those of a process that dies are free again after a while. */
export interface StreamPlaces {
  /** Takes a place under every limit, or under none and says which is reached. A group's limits are counted together. */
  take(group: string, limits: readonly StreamLimit[]): Promise<TakenOrFull>;
}
