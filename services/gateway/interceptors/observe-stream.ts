/** Wraps a message stream: each message passes through, the end and any failure are seen. */
export function observeStream<T>(
  messages: AsyncIterable<T>,
  observer: {
    /** Called once, when the stream ended well or the reader left. */
    onEnd?(messageCount: number): void;
    /** What is thrown instead. */
    onError(error: unknown, messageCount: number): unknown;
    /** Runs each step of the stream. */
    around?<R>(step: () => R): R;
  },
): AsyncIterable<T> {
  const around = observer.around ?? (<R>(step: () => R): R => step());
  return {
    [Symbol.asyncIterator]() {
      const inner = messages[Symbol.asyncIterator]();
      let count = 0;
      let over = false;
      const end = () => {
        if (over) return;
        over = true;
        observer.onEnd?.(count);
      };
      const seen = (result: IteratorResult<T>) => {
        if (result.done) end();
        else count += 1;
        return result;
      };
      const failed = (error: unknown) => {
        over = true;
        throw observer.onError(error, count);
      };
      return {
        // Two callbacks instead of an async function: it runs for every message.
        next: () => around(() => inner.next()).then(seen, failed),
        async return(value) {
          end();
          await inner.return?.(value);
          return { done: true, value: undefined };
        },
        /** The answer could not be written. Without this, a handler that waits at a `yield` would wait for ever. */
        async throw(reason) {
          end();
          await inner.return?.();
          throw reason;
        },
      };
    },
  };
}
