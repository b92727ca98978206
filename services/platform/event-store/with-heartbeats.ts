/** A silent update stream says this often that it is alive. */
export const UPDATE_HEARTBEAT_MILLISECONDS = 15_000;

/** Passes items on; `undefined` comes first, and whenever no item came for so long. */
export async function* withHeartbeats<T>(
  items: AsyncIterable<T>,
  milliseconds: number,
): AsyncGenerator<T | undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const read = () => {
    const next = iterator.next();
    // It may fail while the reader still holds a heartbeat; the await below throws it.
    next.catch(() => undefined);
    return next;
  };
  try {
    yield undefined;
    for (let next = read(); ;) {
      const result = await within(milliseconds, next);
      if (result?.done) return;
      yield result?.value;
      if (result) next = read();
    }
  } finally {
    await iterator.return?.();
  }
}

/** What the work resolves to, or undefined when it takes longer. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
