/** Events that may wait for the reader before the writer has to. */
const CAPACITY = 64;

/**
 * Hands events from a graph to the reader of an execution, in order and one reader only. A failure comes after the
 * events before it; LangGraph's own stream would drop those that the reader has not taken yet.
 */
export interface EventChannel<T> extends AsyncIterable<T> {
  /** Returns a promise only when the writer is too far ahead; await it before the next push. */
  push(event: T): Promise<void> | undefined;
  /** Ends the iteration after what was pushed. */
  end(): void;
  /** Ends it by throwing, after what was pushed. */
  fail(error: unknown): void;
  /** Ends it by throwing at once. */
  abort(error: unknown): void;
}

export function createEventChannel<T>(): EventChannel<T> {
  const state: ChannelState<T> = { waiting: [], outcome: undefined, reader: undefined, writer: undefined };

  function finish(outcome: Outcome): void {
    if (outcome.now) state.waiting = [];
    if (outcome.now || !state.outcome) state.outcome = outcome;
    state.reader?.resolve();
    state.writer?.resolve();
  }

  return {
    push(event) {
      if (state.outcome) return undefined;
      state.waiting.push(event);
      state.reader?.resolve();
      if (state.waiting.length < CAPACITY) return undefined;
      state.writer ??= Promise.withResolvers();
      return state.writer.promise;
    },
    end: () => finish({ failed: false }),
    fail: (error) => finish({ failed: true, error }),
    abort: (error) => finish({ failed: true, error, now: true }),
    [Symbol.asyncIterator]: () => read(state),
  };
}

interface Outcome {
  failed: boolean;
  error?: unknown;
  /** Not even what was pushed before is read any more. */
  now?: boolean;
}

interface ChannelState<T> {
  waiting: T[];
  outcome: Outcome | undefined;
  reader: PromiseWithResolvers<void> | undefined;
  writer: PromiseWithResolvers<void> | undefined;
}

async function* read<T>(state: ChannelState<T>): AsyncGenerator<T> {
  for (;;) {
    const batch = state.waiting;
    state.waiting = [];
    state.writer?.resolve();
    state.writer = undefined;
    for (const event of batch) {
      if (state.outcome?.now) break;
      yield event;
    }
    if (state.waiting.length > 0) continue;
    if (state.outcome?.failed) throw state.outcome.error;
    if (state.outcome) return;
    state.reader = Promise.withResolvers();
    await state.reader.promise;
    state.reader = undefined;
  }
}
