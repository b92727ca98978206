import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { Code } from "@connectrpc/connect";
import * as fc from "fast-check";
import type { Fault, Refusal } from "./faults.ts";
import type { FrameLog } from "./frame-log.ts";

/** One thing that happens to a run. */
export type Act =
  | { readonly kind: "say"; readonly texts: readonly string[] }
  | {
      readonly kind: "use";
      readonly json: readonly string[];
      readonly result: string;
      readonly failed: boolean;
    }
  | { readonly kind: "charge" }
  /** Another provider, or another executor (`takeover`), says again what stands beyond this share of the text. */
  | { readonly kind: "repeat"; readonly share: number; readonly takeover: boolean }
  /** The frame log is lost; the run goes on from its persisted progress. */
  | { readonly kind: "restart"; readonly share: number }
  /** Everything that the log held so far is trimmed. */
  | { readonly kind: "trim" }
  /** The budget parks the run, and a raise lets it go on. */
  | { readonly kind: "park" }
  | { readonly kind: "wait"; readonly ms: number };

const WORDS = [
  "Hello",
  " world",
  "\n",
  "e",
  "\u0301",
  "漢字",
  "👩‍👩‍👧",
  "𝒜𝒷",
  "🇦🇹",
  "👍🏽",
  "̈",
  "a",
  " ",
  "\u{10ffff}",
];
const word = fc.constantFrom(...WORDS);
const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(""));

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("say" as const), texts: fc.array(text, { maxLength: 6 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("use" as const),
      json: fc.array(text, { maxLength: 3 }),
      result: text,
      failed: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "charge" }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "park" }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "trim" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("repeat" as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      takeover: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("restart" as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(1, 20, 500, 9000, 45_000),
    }),
  },
);

/** What a run does, and how it ends. */
export const script = fc.record({
  acts: fc.array(act, { maxLength: 12 }),
  end: fc.constantFrom(RunState.COMPLETED, RunState.CANCELLED, RunState.FAILED, RunState.PARKED),
  /** The executor dies before the terminal frame is in the log: only the database knows of the end. */
  crashesAtEnd: fc.boolean(),
});

const after = fc.nat({ max: 12 });
const refusals: Refusal[] = [
  "RESUME_GONE",
  "RESUME_TOKEN_INVALID",
  "TOO_MANY_STREAMS",
  "UNAVAILABLE",
  "UNAUTHENTICATED",
];
const codes = [undefined, Code.Unavailable, Code.Internal, Code.Aborted, Code.Unknown, Code.DeadlineExceeded];

/** What goes wrong on one connection. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), after, code: fc.constantFrom(...codes) }),
  fc.record({ kind: fc.constant("bytes" as const), at: fc.nat({ max: 900 }), orderly: fc.boolean() }),
  fc.record({ kind: fc.constant("stall" as const), after }),
  fc.record({ kind: fc.constant("deaf" as const), after }),
  fc.record({ kind: fc.constant("repeat" as const), window: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("skip" as const), after }),
  fc.record({ kind: fc.constant("moved" as const), after, delayMs: fc.constantFrom(0, 40, 2500) }),
  fc.record({ kind: fc.constant("refused" as const), reason: fc.constantFrom(...refusals) }),
  fc.constant<Fault>({ kind: "gone" }),
  fc.constant<Fault>({ kind: "expired" }),
  fc.record({ kind: fc.constant("replica" as const), afterMs: fc.constantFrom(1, 300, 15_000, 30_000) }),
  fc.constant<Fault>({ kind: "lie" }),
);

/** A plan for one reader: a token that is refused twice in a row is an error, not a fault, so it is once. */
export const faults: fc.Arbitrary<Fault[]> = fc.array(fault, { maxLength: 8 }).map((plan) => {
  const first = plan.findIndex(isTokenRefused);
  return plan.filter((one, index) => index === first || !isTokenRefused(one));
});

function isTokenRefused(one: Fault): boolean {
  return one.kind === "refused" && one.reason === "UNAUTHENTICATED";
}

/** Plays a script into a log, in virtual time. */
export async function play(
  log: FrameLog,
  { acts, end, crashesAtEnd }: { acts: readonly Act[]; end: RunState; crashesAtEnd: boolean },
): Promise<void> {
  begin(log);
  for (const [index, next] of acts.entries()) await playAct(log, next, `call-${index}`);
  log.end(end, crashesAtEnd);
}

async function playAct(log: FrameLog, next: Act, callId: string): Promise<void> {
  const { story } = log;
  switch (next.kind) {
    case "say":
      for (const said of next.texts) log.append(story.say(said));
      return;
    case "use":
      log.append(story.call(callId));
      for (const json of next.json) log.append(story.argue(json));
      return log.append(story.answer(next.result, next.failed));
    case "charge":
      story.outputTokens += 7n;
      return log.append({ case: "usage", value: { outputTokens: story.outputTokens } });
    case "trim":
      return log.trim();
    case "park":
      log.append({ case: "status", value: { state: RunState.PARKED } });
      return log.append({ case: "status", value: { state: RunState.RUNNING } });
    case "repeat":
      if (next.takeover) begin(log);
      return log.append(story.retract(next.share));
    case "restart":
      log.lose();
      begin(log);
      return log.append(log.story.retract(next.share));
    case "wait":
      return await new Promise((resolve) => setTimeout(resolve, next.ms));
  }
}

function begin(log: FrameLog): void {
  log.story.attempt++;
  log.append({
    case: "started",
    value: { agentId: "simple-chat", agentVersion: "1", model: "offline/echo" },
  });
}
