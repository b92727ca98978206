import { UsageStage, type Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { OpenCall } from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { usageOf, type Booking, type RunBudget, type Slice, type UsageTotals } from "../budget/index.ts";
import { usageMessage, type RunRecord } from "../inference/index.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import type { CallUsage, ModelCall } from "./agent-event.ts";
import { callToBook, openCallOf } from "./run-call.ts";

/** The money of one attempt at a run: the call that is open, what is held for it, and what all booked calls used. */
export class RunSpending {
  readonly #budget: RunBudget;
  readonly #run: Pick<RunRecord, "runId">;
  readonly #attempt: number;
  #open: OpenCall | undefined;
  #maxOutputTokens = 0;
  #held: Slice = { micros: 0, tokens: 0 };
  #spent: UsageTotals;
  #remainingMicros = 0;
  /** The ledger entry that was booked last, or will be next. */
  #entryId = "";

  constructor(budget: RunBudget, run: Pick<RunRecord, "runId">, attempt: number, spent: UsageTotals) {
    this.#budget = budget;
    this.#run = run;
    this.#attempt = attempt;
    this.#spent = spent;
  }

  get open(): OpenCall | undefined {
    return this.#open;
  }

  /** What all booked calls of the run used. */
  get spent(): UsageTotals {
    return this.#spent;
  }

  /** Takes over a call that another attempt left open. */
  adopt(abandoned: OpenCall): void {
    this.#open = abandoned;
    this.#entryId = abandoned.usageEntryId;
  }

  /** A call that is about to begin; `begin` it once its slice is held. */
  opening(call: ModelCall, now: Date): OpenCall {
    return openCallOf(call, this.#attempt, now);
  }

  /** Holds the call's first slice. Throws BUDGET_EXCEEDED. */
  holdFirst(tx: Tx, opened: OpenCall, { maxOutputTokens }: ModelCall): Promise<number> {
    return this.#budget.holdUpTo(tx, this.#run.runId, this.#sliceOf(opened, maxOutputTokens));
  }

  begin(opened: OpenCall, { maxOutputTokens }: ModelCall, remainingMicros: number): void {
    this.#held = this.#sliceOf(opened, maxOutputTokens);
    this.#open = opened;
    this.#maxOutputTokens = maxOutputTokens;
    this.#remainingMicros = remainingMicros;
    this.#entryId = opened.usageEntryId;
  }

  /** Takes our count of the open call. Resolves to whether that is beyond what is held. */
  count(open: OpenCall, outputTokens: number): boolean {
    open.outputTokens = BigInt(outputTokens);
    const tokens = Number(open.inputTokens) + outputTokens;
    return tokens > this.#held.tokens || this.#estimateOf(open).costMicros > this.#held.micros;
  }

  /** Holds the next slice of the open call. Throws BUDGET_EXCEEDED. */
  async holdMore(reader: Reader, open: OpenCall): Promise<void> {
    const slice = this.#sliceOf(open, this.#maxOutputTokens);
    this.#remainingMicros = await this.#budget.holdUpTo(reader, this.#run.runId, slice);
    this.#held = slice;
  }

  /** Books the open call; `close` it once that is durable. */
  async book(tx: Tx, open: OpenCall, usage: CallUsage | undefined) {
    const { runId } = this.#run;
    const booking = await this.#budget.book(tx, callToBook(runId, open, usage));
    return { booking, spent: await usageOf(tx, { runId }) };
  }

  close({ booking, spent }: { booking: Booking | undefined; spent: UsageTotals }): void {
    this.#open = undefined;
    this.#spent = spent;
    this.#remainingMicros = booking?.remainingMicros ?? this.#remainingMicros;
  }

  /** What the run has cost so far, with the open call as we count it. */
  estimated(open: OpenCall): Usage {
    return this.#usage(added(this.#spent, this.#estimateOf(open)), UsageStage.ESTIMATED);
  }

  /** The same, with the open call as its provider counted it. */
  reported({ model }: OpenCall, told: CallUsage): Usage {
    const costMicros = this.#budget.costOf(model, told);
    const { cachedInputTokens = 0, reasoningTokens = 0 } = told;
    const call = { ...told, cachedInputTokens, reasoningTokens, costMicros };
    return this.#usage(added(this.#spent, call), UsageStage.REPORTED);
  }

  settled(): Usage {
    return this.#usage(this.#spent, UsageStage.SETTLED);
  }

  #usage(totals: UsageTotals, stage: UsageStage): Usage {
    const usage = usageMessage(totals, this.#budget.currency, stage);
    return { ...usage, remainingMicros: BigInt(this.#remainingMicros), usageEntryId: this.#entryId };
  }

  #sliceOf({ model, inputTokens, outputTokens }: OpenCall, maxOutputTokens: number): Slice {
    const tokens = { inputTokens: Number(inputTokens), outputTokens: Number(outputTokens) };
    return this.#budget.sliceOf({ model, ...tokens, maxOutputTokens });
  }

  #estimateOf({ model, ...open }: OpenCall): UsageTotals {
    const tokens = { inputTokens: Number(open.inputTokens), outputTokens: Number(open.outputTokens) };
    const costMicros = this.#budget.costOf(model, tokens);
    return { ...tokens, cachedInputTokens: 0, reasoningTokens: 0, costMicros };
  }
}

function added(a: UsageTotals, b: UsageTotals): UsageTotals {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    costMicros: a.costMicros + b.costMicros,
  };
}
