/** So many bytes at a time; the others wait in the order in which they came. */
export interface BytePlaces {
  /** Resolves to what gives the place back. More than there are in all waits for all of them. */
  take(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

interface Waiting {
  bytes: number;
  start(): void;
}

export function createBytePlaces(limit: number): BytePlaces {
  const waiting: Waiting[] = [];
  let free = limit;
  const next = () => {
    for (let first = waiting[0]; first && first.bytes <= free; first = waiting[0]) {
      waiting.shift();
      free -= first.bytes;
      first.start();
    }
  };
  return {
    async take(wanted, signal) {
      signal?.throwIfAborted();
      const bytes = Math.min(wanted, limit);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const place = { bytes, start: resolve };
      const leave = () => {
        // One that was given its place in this very moment keeps it, and gives it back.
        const at = waiting.indexOf(place);
        if (at === -1) return;
        waiting.splice(at, 1);
        reject(signal?.reason);
        next();
      };
      signal?.addEventListener("abort", leave, { once: true });
      waiting.push(place);
      next();
      await promise.finally(() => signal?.removeEventListener("abort", leave));
      return () => {
        free += bytes;
        next();
      };
    },
  };
}
