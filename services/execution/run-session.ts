import { RunState, UsageStage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import {
  OpenCallSchema,
  RunProgressSchema,
  type OpenCall,
  type RunProgress,
} from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { usageOf, type CallToBook } from "../budget/index.ts";
import {
  changeRun,
  decideClaim,
  findProgress,
  findRun,
  hasEnded,
  holdsClaim,
  saveProgress,
  usageMessage,
  type Claim,
  type RunDeps,
  type RunRecord,
} from "../inference/index.ts";
import type { Tx } from "../platform/db/database.ts";
import type { FrameLog } from "../platform/frame-log/frame-log.ts";
import { currentTraceId } from "../platform/telemetry/trace.ts";
import type { AgentExecutor, CallUsage, ModelCall } from "./agent-event.ts";
import { RunAnswer } from "./run-answer.ts";
import { RunStop } from "./run-stop.ts";
import { RunWriter } from "./run-writer.ts";

export interface RunSessionDeps extends RunDeps {
  log: FrameLog;
  executor: AgentExecutor;
  executorId: string;
  /** Deletes what the executor kept of a run that has ended. */
  forget(tenantId: string, runId: string): Promise<void>;
  /** Told what people should look at; never holds secrets. */
  warn(message: string, details: Record<string, unknown>): void;
}

/** How much a run may say without its progress being stored. */
const PROGRESS_MILLISECONDS = 1000;
const PROGRESS_FRAMES = 250;
/** How much is held at a time for a model that says more than it was allowed to. */
const SLICE_TOKENS = 256;

/**
 * One attempt at one run, held under a lease: what it has said, what it has spent, and how both are kept. Every
 * write checks the lease in its own transaction, so an executor that lost it changes nothing.
 */
export class RunSession {
  readonly deps: RunSessionDeps;
  readonly claim: Claim;
  readonly run: RunRecord;
  readonly answer = new RunAnswer();
  readonly writer: RunWriter;
  #openCall: OpenCall | undefined;
  #spent = { inputTokens: 0, outputTokens: 0, costMicros: 0 };
  #reservedMicros: number;
  #saved = { at: 0, seq: 0 };

  /** Takes up a claimed run; undefined when it has ended or the claim is lost. */
  static async begin(
    deps: RunSessionDeps,
    claim: Claim,
    onRefused: (error: unknown) => void,
  ): Promise<RunSession | undefined> {
    const { tenantId, runId, attempt } = claim;
    const begun = await deps.database.transaction(tenantId, async (tx) => {
      const run = await findRun(tx, runId);
      if (!run || hasEnded(run) || !(await holdsClaim(tx, claim, deps.executorId))) return undefined;
      await bookAbandonedCall(tx, deps, run);
      const causer = causerOf(run);
      const claimed = await changeRun(tx, deps, causer, run, decideClaim(run, attempt, deps.executorId));
      const reserved = await deps.budget.reservedFor(tx, runId);
      return { run: claimed, reserved, spent: await usageOf(tx, { runId }) };
    });
    if (!begun) return undefined;
    const writer = await RunWriter.open({ log: deps.log, runId, attempt, onRefused });
    return new RunSession(deps, claim, begun, writer);
  }

  private constructor(
    deps: RunSessionDeps,
    claim: Claim,
    begun: { run: RunRecord; reserved: number; spent: RunSession["spent"] },
    writer: RunWriter,
  ) {
    this.deps = deps;
    this.claim = claim;
    this.run = begun.run;
    this.writer = writer;
    this.#reservedMicros = begun.reserved;
    this.#spent = begun.spent;
  }

  /** What all booked calls of the run used. */
  get spent(): { inputTokens: number; outputTokens: number; costMicros: number } {
    return this.#spent;
  }

  /** Runs `work` in a transaction that holds the lease; throws RunStop when it is lost. */
  underLease<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.deps.database.transaction(this.claim.tenantId, async (tx) => {
      if (!(await holdsClaim(tx, this.claim, this.deps.executorId))) throw new RunStop("lease-lost");
      return work(tx);
    });
  }

  /** Holds the worst case of a model call, and makes it durable that the call is about to begin. */
  async openCall(call: ModelCall): Promise<void> {
    const worst = this.#costOf(call, call.maxOutputTokens);
    this.#openCall = create(OpenCallSchema, {
      callId: call.callId,
      model: call.model,
      inputTokens: BigInt(call.inputTokens),
      startTime: timestampFromDate(this.deps.now()),
    });
    const progress = this.#progress();
    await this.underLease(async (tx) => {
      await this.#extendTo(tx, worst);
      await this.#store(tx, progress);
    });
  }

  /** Takes our count of the open call; beyond what is held, more is held or BUDGET_EXCEEDED is thrown. */
  async meter(outputTokens: number): Promise<void> {
    const call = this.#openCall;
    if (!call) return;
    call.outputTokens = BigInt(outputTokens);
    const tokens = { inputTokens: Number(call.inputTokens), outputTokens };
    const cost = this.deps.budget.costOf(call.model, tokens);
    if (cost > this.#reservedMicros)
      await this.underLease((tx) => this.#extendTo(tx, cost + cost - this.#reservedMicros));
    if (this.#progressIsDue()) await this.keepProgress();
  }

  /** Books the open call. Without a usage, by our count, as cut short. */
  async closeCall(usage: CallUsage | undefined): Promise<void> {
    const call = this.#openCall;
    if (!call) return;
    this.#openCall = undefined;
    const progress = this.#progress();
    const booking = await this.underLease(async (tx) => {
      const booked = await this.deps.budget.book(tx, callToBook(this.run, call, usage));
      await this.#store(tx, progress);
      return { booked, spent: await usageOf(tx, { runId: this.run.runId }) };
    });
    this.#spent = booking.spent;
    if (!booking.booked) return;
    this.#reservedMicros = booking.booked.reservedMicros;
    const { uncoveredMicros } = booking.booked;
    if (uncoveredMicros > 0) {
      this.deps.warn("a provider told more usage than the budget had room for", {
        runId: this.run.runId,
        uncoveredMicros,
      });
    }
  }

  /** Says what the run has cost so far. */
  async emitUsage(): Promise<void> {
    const remaining = await this.deps.budget.remaining(this.deps.database.reader(this.claim.tenantId));
    const usage = usageMessage(this.#spent, this.deps.budget.currency, UsageStage.SETTLED);
    this.writer.emit({ case: "usage", value: { ...usage, remainingMicros: BigInt(remaining) } });
  }

  keepProgress(): Promise<void> {
    const progress = this.#progress();
    return this.underLease((tx) => this.#store(tx, progress));
  }

  #progressIsDue(): boolean {
    const { at, seq } = this.#saved;
    return performance.now() - at > PROGRESS_MILLISECONDS || this.writer.lastSeq - seq >= PROGRESS_FRAMES;
  }

  /** Answer and seq are read in the same moment, so that the snapshot is exactly what the line says up to there. */
  #progress(): RunProgress {
    void this.writer.flush();
    this.#saved = { at: performance.now(), seq: this.writer.lastSeq };
    return create(RunProgressSchema, {
      epoch: this.writer.epoch,
      attempt: this.claim.attempt,
      snapshot: {
        state: RunState.RUNNING,
        parts: this.answer.parts(),
        textLength: BigInt(this.answer.textLength),
        seq: BigInt(this.writer.lastSeq),
        usage: usageMessage(this.#spent, this.deps.budget.currency),
      },
      ...(this.#openCall && { openCall: this.#openCall }),
    });
  }

  #store(tx: Tx, progress: RunProgress): Promise<void> {
    return saveProgress(tx, this.run.runId, progress, this.deps.now());
  }

  #costOf({ model, inputTokens }: ModelCall, outputTokens: number): number {
    return this.deps.budget.costOf(model, { inputTokens, outputTokens });
  }

  async #extendTo(tx: Tx, micros: number): Promise<void> {
    const missing = micros - this.#reservedMicros;
    if (missing <= 0) return;
    await this.deps.budget.extend(tx, this.run.runId, missing);
    tx.afterCommit(() => {
      this.#reservedMicros = micros;
    });
  }
}

/** The user on whose behalf the run executes. */
export const causerOf = ({ userId }: RunRecord) => ({ userId, traceId: currentTraceId() ?? "" });

function callToBook(run: RunRecord, call: OpenCall, usage: CallUsage | undefined): CallToBook {
  const { runId, chatId, agentId, userId } = run;
  const { callId, model } = call;
  const counted = { inputTokens: Number(call.inputTokens), outputTokens: Number(call.outputTokens) };
  return {
    runId,
    chatId,
    agentId,
    userId,
    callId,
    model,
    aborted: usage === undefined,
    ...counted,
    ...tokensOf(usage),
  };
}

const tokensOf = (usage: CallUsage | undefined) =>
  usage && { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };

/** A call that was under way when its executor died is charged by what we had counted. */
async function bookAbandonedCall(tx: Tx, deps: RunSessionDeps, run: RunRecord): Promise<void> {
  const progress = await findProgress(tx, run.runId);
  if (progress?.openCall) await deps.budget.book(tx, callToBook(run, progress.openCall, undefined));
}
