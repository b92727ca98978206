/** What is known of a model's health in this process. */
export interface ModelHealth {
  breaker: "closed" | "open" | "half-open";
  inFlight: number;
  /** Of the latest calls; undefined without any. */
  successRatio: number | undefined;
  /** Median of the latest calls that began to answer, in milliseconds. */
  firstTokenMilliseconds: number | undefined;
  lastFailure: { what: string; time: Date } | undefined;
}

/** What the latest calls of one model came to. */
export interface CallMemory {
  readonly lastFailure: ModelHealth["lastFailure"];
  begin(): RememberedCall;
  read(): Omit<ModelHealth, "breaker">;
}

export interface RememberedCall {
  begun(): void;
  /** With what went wrong, or without; abandoned calls end neither way. */
  end(outcome: "completed" | "abandoned" | { failure: string }): void;
}

const REMEMBERED_CALLS = 50;

export function createCallMemory(): CallMemory {
  const outcomes: boolean[] = [];
  const firstTokens: number[] = [];
  let inFlight = 0;
  let lastFailure: ModelHealth["lastFailure"];
  return {
    get lastFailure() {
      return lastFailure;
    },
    begin() {
      const start = performance.now();
      inFlight += 1;
      return {
        begun: () => remember(firstTokens, performance.now() - start),
        end(outcome) {
          inFlight -= 1;
          if (outcome === "abandoned") return;
          remember(outcomes, outcome === "completed");
          if (outcome !== "completed") lastFailure = { what: outcome.failure, time: new Date() };
        },
      };
    },
    read: () => ({
      inFlight,
      lastFailure,
      successRatio: outcomes.length === 0 ? undefined : outcomes.filter(Boolean).length / outcomes.length,
      firstTokenMilliseconds: firstTokens.toSorted((a, b) => a - b)[firstTokens.length >> 1],
    }),
  };
}

function remember<T>(values: T[], value: T): void {
  values.push(value);
  if (values.length > REMEMBERED_CALLS) values.shift();
}
