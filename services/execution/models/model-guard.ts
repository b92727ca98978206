import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  DelegateBackoff,
  handleType,
  type CircuitBreakerPolicy,
  type IBreaker,
} from "cockatiel";
import { createCallMemory, type CallMemory, type ModelHealth } from "./model-health.ts";
import { ProviderFailed } from "./provider-failure.ts";

export interface GuardOptions {
  /** How long the breaker stays open before a call may try again; doubles with each failed try. */
  rest: number;
  longestRest: number;
}

/** One call as the breaker sees it. Each call ends with the first of the last three; later ones are ignored. */
export interface JudgedCall {
  /** The first token is there. */
  begun(): void;
  completed(): void;
  failed(failure: ProviderFailed): void;
  /** We broke it off, which says nothing about the provider. */
  abandoned(): void;
}

/** The circuit breaker of one model, and what it has seen. It knows only the calls of this process. */
export interface ModelGuard {
  /** Why no call may begin now; undefined when one may. */
  refusal(): { what: string; retryAfterMilliseconds: number } | undefined;
  /** Takes the place of the one call that may try an open breaker; returns how to leave it. Throws where it is taken. */
  enter(): () => void;
  begin(): JudgedCall;
  health(): ModelHealth;
}

const CONSECUTIVE_FAILURES = 5;
const WINDOW = { threshold: 0.5, size: 20, minimumNumberOfCalls: 10 };

/** Opens after some failures in a row, or when more than half of the latest calls failed. */
class EitherBreaker implements IBreaker {
  readonly #rules: readonly IBreaker[] = [
    new ConsecutiveBreaker(CONSECUTIVE_FAILURES),
    new CountBreaker(WINDOW),
  ];
  /** Of the library's interface, for moving a breaker to another process; ours stay. */
  state: unknown;

  success(state: CircuitState): void {
    for (const rule of this.#rules) rule.success(state);
  }

  failure(state: CircuitState): boolean {
    // All of them, or one would not learn of it.
    return this.#rules.map((rule) => rule.failure(state)).includes(true);
  }
}

/** Neither a success nor a failure to the breaker. */
class NothingProven extends Error {}

export function createModelGuard(options: GuardOptions): ModelGuard {
  const { circuit, restsFor } = createCircuit(options);
  const memory = createCallMemory();
  let isTried = false;

  function refusal() {
    const wait = restsFor();
    if (circuit.state === CircuitState.Closed || (wait <= 0 && !isTried)) return undefined;
    const failure = memory.lastFailure?.what ?? "failed";
    const what = `is not asked for a while, because it ${failure}`;
    return { what, retryAfterMilliseconds: Math.max(wait, 1000) };
  }

  return {
    refusal,
    enter() {
      const refused = refusal();
      if (refused) throw new ProviderFailed(refused.what, refused);
      if (circuit.state === CircuitState.Closed) return () => undefined;
      isTried = true;
      return () => {
        isTried = false;
      };
    },
    begin: () => judgedCall(circuit, memory),
    health: () => ({ ...memory.read(), breaker: NAMES[circuit.state] }),
  };
}

const NAMES = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.Isolated]: "open",
  [CircuitState.HalfOpen]: "half-open",
} as const;

function createCircuit({ rest, longestRest }: GuardOptions) {
  let openUntil = 0;
  const halfOpenAfter = new DelegateBackoff(({ attempt }: { attempt: number }) => {
    const delay = Math.min(longestRest, rest * 2 ** (attempt - 1));
    openUntil = Date.now() + delay;
    return delay;
  });
  const breaker = new EitherBreaker();
  const circuit = circuitBreaker(handleType(ProviderFailed), { halfOpenAfter, breaker });
  return { circuit, restsFor: () => openUntil - Date.now() };
}

/** A call counts when it has ended: one that breaks off in mid-answer is no better than one that does not begin. */
function judgedCall(circuit: CircuitBreakerPolicy, memory: CallMemory): JudgedCall {
  const judge = (verdict: () => Promise<void>) => void circuit.execute(verdict).catch(() => undefined);
  const isProbe = circuit.state !== CircuitState.Closed;
  const verdict = Promise.withResolvers<void>();
  // Where the breaker does not take the call, nobody else looks at the verdict.
  verdict.promise.catch(() => undefined);
  judge(() => verdict.promise);
  const seen = memory.begin();
  let hasBegun = false;
  let hasEnded = false;
  const end = (outcome: Parameters<typeof seen.end>[0], tell: () => void) => {
    if (hasEnded) return;
    hasEnded = true;
    seen.end(outcome);
    tell();
  };
  return {
    begun() {
      if (hasBegun) return;
      hasBegun = true;
      seen.begun();
      // Others wait for what a probe shows, and an answer may take minutes: its first token has to do.
      if (isProbe) verdict.resolve();
    },
    completed: () => end("completed", verdict.resolve),
    failed: (failure) =>
      end({ failure: failure.message }, () => {
        verdict.reject(failure.faulty ? failure : new NothingProven());
        if (isProbe && hasBegun && failure.faulty) judge(() => Promise.reject(failure));
      }),
    // A probe that was broken off has proven nothing, so the breaker stays open.
    abandoned: () =>
      end("abandoned", () =>
        verdict.reject(isProbe ? new ProviderFailed("was not waited for") : new NothingProven()),
      ),
  };
}
