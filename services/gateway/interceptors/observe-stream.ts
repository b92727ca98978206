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
      return {
        async next() {
          try {
            const result = await around(() => inner.next());
            if (result.done) end();
            else count += 1;
            return result;
          } catch (error) {
            over = true;
            throw observer.onError(error, count);
          }
        },
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
