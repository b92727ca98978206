import { codePoints } from "../../../platform/text/code-points.ts";
import { contentBlocked, type Moderator, type Verdict } from "./moderator.ts";

/** What a model said may not stand, or nobody could tell whether it may. */
export class OutputBlocked extends Error {
  /** What the run is to end with. */
  readonly error: unknown;
  /** How much of the call's text may stand, in code points. */
  readonly keep: number;

  constructor(error: unknown, keep: number) {
    super("the output is blocked");
    this.error = error;
    this.keep = keep;
  }
}

/** Looks at what a model says while it says it; what is shown before its verdict is taken back after. */
export interface OutputCheck {
  /** Takes what the call said next. */
  add(text: string): void;
  /** Waits for the verdict on everything, and on these texts. Throws OutputBlocked. */
  finish(others: readonly string[]): Promise<void>;
  /** Aborted with OutputBlocked as soon as that is known. */
  signal: AbortSignal;
}

/** So many characters are judged at a time … */
const WINDOW = 400;
/** … together with so many before them: what may not be said does not end where a window does. */
const OVERLAP = 200;

export function createOutputCheck(moderator: Moderator, signal: AbortSignal): OutputCheck {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let text = "";
  let allowed = 0;
  let checking: Promise<void> | undefined;

  async function judge(): Promise<void> {
    while (text.length - allowed >= WINDOW && !either.aborted) await judgeRest();
  }

  async function judgeRest(others: readonly string[] = []): Promise<void> {
    const start = Math.max(0, allowed - OVERLAP);
    const end = text.length;
    try {
      const verdicts = await moderator.check([text.slice(start, end), ...others], signal);
      const blocked = verdicts.find((verdict: Verdict) => verdict.blocked);
      if (blocked) throw contentBlocked("output", blocked.categories);
    } catch (error) {
      signal.throwIfAborted();
      throw new OutputBlocked(error, codePoints(text.slice(0, start).toWellFormed()));
    }
    allowed = end;
  }

  return {
    signal: either,
    add(said) {
      text += said;
      if (text.length - allowed < WINDOW) return;
      checking ??= judge().then(
        () => void (checking = undefined),
        (error: unknown) => stop.abort(error),
      );
    },
    async finish(others) {
      await checking;
      either.throwIfAborted();
      const rest = others.filter((other) => other !== "");
      if (allowed < text.length || rest.length > 0) await judgeRest(rest);
    },
  };
}
