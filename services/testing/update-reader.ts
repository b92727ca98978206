import { setTimeout as sleep } from "node:timers/promises";

interface Update {
  version: bigint;
  checkpointToken: string;
  update: { case?: string | undefined; value?: unknown };
}

/** Reads an update stream in the background. */
export interface UpdateReader<U extends Update> {
  /** Without heartbeats. */
  updates: U[];
  /** How it ended: undefined while it has not, null when it ended well, else the error. */
  end: unknown;
  /** Resolves once there are so many updates. */
  have(count: number): Promise<void>;
  over: Promise<void>;
  leave(): void;
}

export function readUpdates<U extends Update>(
  open: (options: { signal: AbortSignal }) => AsyncIterable<U>,
): UpdateReader<U> {
  const leaving = new AbortController();
  const reader: UpdateReader<U> = {
    updates: [],
    end: undefined,
    async have(count) {
      while (reader.updates.length < count && reader.end === undefined) await sleep(2);
    },
    over: Promise.resolve(),
    leave: () => leaving.abort(),
  };
  reader.over = (async () => {
    try {
      let last: bigint | undefined;
      for await (const update of open({ signal: leaving.signal })) {
        // A heartbeat repeats the version; the first one tells where the stream begins.
        if (last !== undefined && update.version !== last) reader.updates.push(update);
        last = update.version;
      }
      reader.end = null;
    } catch (error) {
      reader.end = error;
    }
  })();
  return reader;
}
