import { setTimeout as sleep } from "node:timers/promises";
import { ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canCluster } from "../can-cluster.ts";
import type { FakeAnswer } from "../fake-openai-server.ts";
import { createRunLine, readInto, type RunLine } from "../run-line.ts";
import { seeded, seedsToTry } from "../seeded.ts";
import { createSaboteur } from "./cluster-faults.ts";
import { differences } from "./compare-bills.ts";
import { insist } from "./over-gateways.ts";
import {
  startOn,
  startPayingCluster,
  textOf,
  tokensOf,
  type Desk,
  type Payer,
  type PayingCluster,
} from "./paying-cluster.ts";

const SEEDS = seedsToTry(60, "BILL_SEEDS");
const SEEDS_AT_ONCE = 12;
const MOST_OUTPUT = 1500;
/** Room for a first slice of either model, and for no second one. */
const ONE_SLICE = 1000n;
/** Readers of runs whose executor is killed wait for another one. */
const READ_MILLISECONDS = 120_000;

type Fault = "none" | "cancelled" | "cut" | "reader leaves" | "refused" | "drops" | "tells nothing";
const FAULTS: readonly Fault[] = [
  "none",
  "cancelled",
  "cancelled",
  "cut",
  "reader leaves",
  "refused",
  "drops",
  "tells nothing",
];

/** What one seed does, drawn from it. */
interface Plan {
  fault: Fault;
  text: string;
  /** The frame that it is cancelled or left at. */
  atFrame: number;
  answer(nth: number): FakeAnswer;
}

function planOf(seed: number): Plan {
  const random = seeded(seed);
  const pick = (below: number) => Math.floor(random() * below);
  const fault = FAULTS[seed % FAULTS.length] ?? "none";
  const text = textOf(100 + pick(500), random);
  const millisecondsPerPiece = 1 + pick(4);
  const whole: FakeAnswer = { kind: "text", text, millisecondsPerPiece };
  const first = firstAnswer(fault, whole, { text, pick });
  return { fault, text, atFrame: 1 + pick(25), answer: (nth) => (nth === 1 ? first : whole) };
}

function firstAnswer(
  fault: Fault,
  whole: FakeAnswer & { kind: "text" },
  { text, pick }: { text: string; pick: (below: number) => number },
): FakeAnswer {
  if (fault === "refused") return { kind: "status", status: pick(2) === 0 ? 429 : 500 };
  if (fault === "drops") return { kind: "drop", after: text.slice(0, 1 + pick(text.length)) };
  return fault === "tells nothing" ? { ...whole, usage: "absent" } : whole;
}

/** What became of a seed's run. */
interface Ended {
  plan: Plan;
  line: RunLine;
  runId: string;
  attempt: number;
  /** Why it did not complete. */
  reason: string;
}

describe.skipIf(!canCluster())("over two gateways and two executors, the ledger", () => {
  let paying: PayingCluster;
  beforeAll(async () => {
    paying = await startPayingCluster({ env: { RUN_LEASE_SECONDS: "5" } });
  }, 240_000);
  afterAll(() => paying.remove(), 240_000);

  const desks = ({ at }: Pick<Payer, "at">, n: number): [Desk, Desk] => {
    const [here, there] = n % 2 === 0 ? at : at.toReversed();
    if (!here || !there) throw new Error("there are two gateways");
    return [here, there];
  };

  /** Reads on at the gateways in turn until the run has ended, or `more` says that it is enough. */
  async function readOn(
    line: RunLine,
    at: readonly Desk[],
    runId: string,
    more?: (line: RunLine) => boolean,
  ) {
    for (let n = 0; line.state === undefined; n++) {
      const position = { resumeToken: line.token, afterSeq: line.token === "" ? 0n : BigInt(line.seq) };
      const signal = AbortSignal.timeout(READ_MILLISECONDS);
      const { inference } = at[n % at.length] ?? desks({ at }, 0)[0];
      await readInto(line, inference.watchRun({ runId, ...position }, { signal }), more);
      if (more && !more(line)) return;
    }
  }

  async function play(seed: number, payer: Payer): Promise<Ended> {
    const plan = planOf(seed);
    const subject = `bill-${seed}`;
    paying.answer(subject, plan.answer);
    const [here, there] = desks(payer, seed);
    const request = startOn(subject, MOST_OUTPUT);
    const started = await insist(() => here.inference.startRun(request));
    const runId = started.run?.runId ?? "";
    const line = createRunLine();
    if (plan.fault === "reader leaves")
      await readOn(line, [there], runId, ({ frames }) => frames.length < plan.atFrame);
    await readOn(line, [here, there], runId, ({ frames }) => {
      if (plan.fault === "cancelled" && frames.length === plan.atFrame)
        void insist(() => there.inference.cancelRun({ runId }));
      return true;
    });
    const { run } = await insist(() => here.inference.getRun({ runId }));
    expect(line.faults).toEqual([]);
    const reason = run?.error ? `${ErrorReason[run.error.reason]}: ${run.error.message}` : "";
    return { plan, line, runId, attempt: run?.attempt ?? 0, reason };
  }

  async function expectBilled(payer: Payer, seed: number, { plan, line, runId, attempt, reason }: Ended) {
    const isCut = plan.fault === "cut" || plan.fault === "cancelled";
    // A model that often breaks off is left alone for a while; the other one then is the first to break off.
    const isSpent = plan.fault === "drops" && reason.startsWith("PROVIDERS_EXHAUSTED");
    const unfinished = isCut ? [RunState.CANCELLED] : isSpent ? [RunState.FAILED] : [];
    const ended = `it ended in attempt ${attempt}: ${reason}`;
    const wanted = new Set([RunState.COMPLETED, ...unfinished]);
    expect({ ended, isWanted: wanted.has(line.state ?? RunState.UNSPECIFIED) }).toEqual({
      ended,
      isWanted: true,
    });
    const entries = await payer.ledger(runId);
    expect(differences(entries, paying.callsOn(`bill-${seed}`))).toEqual([]);
    const last = entries.at(-1);
    if (line.state === RunState.COMPLETED) {
      expect(line.text).toBe(plan.text);
      expect(last).toMatchObject({ aborted: false, outputTokens: BigInt(tokensOf(plan.text)) });
    } else expect({ ended, aborted: last?.aborted }).toEqual({ ended, aborted: true });
    // What a reader was shown is owed; only of what a killed executor said, the last second is not.
    const shown = tokensOf(line.text);
    if (attempt === 1) expect(Number(last?.outputTokens)).toBeGreaterThanOrEqual(shown);
  }

  /** All of the seeds at once, while `harm` is done to the cluster. */
  async function playAll(seeds: readonly number[], harm: () => Promise<unknown> = () => Promise.resolve()) {
    const payers = await Promise.all(
      seeds.map(async (seed) => {
        const payer = await paying.payer();
        await payer.limit(planOf(seed).fault === "cut" ? ONE_SLICE : 1_000_000n);
        return { seed, payer };
      }),
    );
    const playing = Promise.allSettled(
      payers.map(async ({ seed, payer }) => {
        try {
          const ended = await play(seed, payer);
          await expectBilled(payer, seed, ended);
          const used = (await payer.ledger()).reduce((sum, { costMicros }) => sum + Number(costMicros), 0);
          expect(await payer.ownBudget()).toEqual({ used, reserved: 0 });
          return ended;
        } catch (cause) {
          throw new Error(`seed ${seed} (${planOf(seed).fault}): ${String(cause)}`, { cause });
        }
      }),
    );
    await harm();
    const played = await playing;
    expect(played.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []))).toEqual([]);
    return played.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }

  it(`is the provider's bill whatever happens to a run (${SEEDS} seeds)`, async () => {
    const happened = new Set<string>();
    for (let first = 1; first <= SEEDS; first += SEEDS_AT_ONCE) {
      const seeds = Array.from({ length: SEEDS_AT_ONCE }, (_, i) => first + i);
      for (const { plan, line } of await playAll(seeds)) happened.add(`${plan.fault} ${line.state}`);
    }
    // Not vacuous: calls were cut, and others came to their end in spite of what happened to them.
    const endOf = (fault: Fault) => (fault === "cancelled" ? RunState.CANCELLED : RunState.COMPLETED);
    const expected = [...FAULTS.map((fault) => `${fault} ${endOf(fault)}`), `cut ${RunState.CANCELLED}`];
    expect([...happened]).toEqual(expect.arrayContaining(expected));
  }, 300_000);

  // Seen to fail without `adopt` in run-session.ts: calls of the killed executors are not booked.
  it("is the provider's bill when executors are killed in mid-answer", async () => {
    const saboteur = createSaboteur(paying.cluster);
    const seeds = Array.from({ length: 16 }, (_, i) => 1001 + i);
    const ended = await playAll(seeds, async () => {
      for (const member of ["executor-1", "executor-2"]) {
        await sleep(700);
        await saboteur.inflict({ kind: "killed", member, downMs: 0 });
      }
    });
    expect(Math.max(...ended.map(({ attempt }) => attempt))).toBeGreaterThan(1);
  }, 300_000);

  it.each(["raised", "topped up"] as const)(
    "has each call once when a run is cut, its budget %s, and it goes on at the other gateway",
    async (how) => {
      const payer = await paying.payer();
      const [here, there] = desks(payer, 0);
      const subject = `cut-${how.replace(" ", "-")}`;
      const text = textOf(900, seeded(7));
      paying.answer(subject, () => ({ kind: "text", text, millisecondsPerPiece: 1 }));
      const request = startOn(subject, MOST_OUTPUT);
      const hold = await here.inference.estimateRun({ messages: request.messages, options: request.options });
      let given = 0n;
      const give = async (micros: bigint, at: Desk) => {
        given += micros;
        if (how === "raised") await payer.limit(given, ExhaustionPolicy.PARK);
        else await at.admin.topUpCredits({ amountMicros: micros, requestId: crypto.randomUUID() });
      };
      await give(hold.holdMicros + 20n, here);
      const { run } = await insist(() => here.inference.startRun(request));
      const runId = run?.runId ?? "";
      const line = createRunLine();
      await readOn(line, [here], runId);
      expect(line.state).toBe(RunState.PARKED);

      for (const micros of [1500n, 1_000_000n]) {
        await give(micros, there);
        const requestId = crypto.randomUUID();
        const resume = (_: unknown, n: number) =>
          desks(payer, n)[0].inference.resumeRun({ runId, requestId });
        const resumed = await Promise.all(Array.from({ length: 6 }, resume));
        for (const answer of resumed) expect(answer).toEqual(resumed[0]);
        line.state = undefined;
        await readOn(line, [there], runId);
      }
      expect({ state: line.state, faults: line.faults }).toEqual({ state: RunState.COMPLETED, faults: [] });
      expect(line.text).toBe(text);
      const entries = await payer.ledger(runId);
      expect(entries.map(({ aborted }) => aborted)).toEqual([true, true, false]);
      expect(differences(entries, paying.callsOn(subject))).toEqual([]);
    },
    120_000,
  );
});
