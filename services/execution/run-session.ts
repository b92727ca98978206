import { RunState, type Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import {
  RunProgressSchema,
  type OpenCall,
  type RunProgress,
} from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { create } from "@bufbuild/protobuf";
import type { UsageTotals } from "../budget/index.ts";
import {
  findProgress,
  holdsClaim,
  saveProgress,
  usageMessage,
  type Claim,
  type RunDeps,
  type RunRecord,
} from "../inference/index.ts";
import { retryConflicts } from "../platform/command/retry-conflicts.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { FrameLog } from "../platform/frame-log/frame-log.ts";
import type { AgentExecutor, CallUsage, EndedCall, ModelCall } from "./agent-event.ts";
import { restatement } from "./restatement.ts";
import { RunAnswer } from "./run-answer.ts";
import { RunSpending } from "./run-spending.ts";
import { RunStop } from "./run-stop.ts";
import { takeUp, type Begun } from "./run-take-up.ts";
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

/**
 * One attempt at one run, held under a lease: what it has said, what it has spent, and how both are kept. Every
 * write checks the lease in its own transaction, so an executor that lost it changes nothing.
 */
export class RunSession {
  readonly deps: RunSessionDeps;
  readonly claim: Claim;
  readonly run: RunRecord;
  /** What the attempt before left in good order, unless its line was lost since. */
  readonly settled: RunProgress | undefined;
  /** Why the run is to end before anything is executed. */
  readonly refusal: AppError | undefined;
  /** Aborts with the reason why the session is to end. */
  readonly signal: AbortSignal;
  readonly answer: RunAnswer;
  readonly writer: RunWriter;
  readonly #spending: RunSpending;
  #callBefore: PromiseWithResolvers<void> | undefined;
  #saved = { at: 0, seq: 0 };

  /** Takes up a claimed run; undefined when it has ended or the claim is lost. */
  static async begin(
    deps: RunSessionDeps,
    claim: Claim,
    signal: AbortSignal,
    onRefused: (error: unknown) => void,
  ): Promise<RunSession | undefined> {
    const { tenantId, runId, attempt } = claim;
    const begun = await retryConflicts(() =>
      deps.database.transaction(tenantId, (tx) => takeUp(tx, deps, claim)),
    );
    if (!begun) return undefined;
    const promised = attempt > 1 ? await promisedOf(deps, claim) : undefined;
    const answer = new RunAnswer();
    const restate = () => restatement(answer.parts());
    const writer = await RunWriter.open({ log: deps.log, runId, attempt, promised, restate, onRefused });
    return new RunSession(deps, claim, begun, { answer, writer }, signal);
  }

  private constructor(
    deps: RunSessionDeps,
    claim: Claim,
    begun: Begun,
    { answer, writer }: Pick<RunSession, "answer" | "writer">,
    signal: AbortSignal,
  ) {
    this.deps = deps;
    this.claim = claim;
    this.run = begun.run;
    this.refusal = begun.refusal;
    this.settled = begun.settled?.epoch === writer.epoch ? begun.settled : undefined;
    this.answer = answer;
    this.writer = writer;
    this.signal = signal;
    this.#spending = new RunSpending(deps.budget, begun.run, claim.attempt, begun.spent);
    if (begun.abandoned) {
      this.#spending.adopt(begun.abandoned);
      this.#callBefore = Promise.withResolvers();
    }
  }

  /** What all booked calls of the run used. */
  get spent(): UsageTotals {
    return this.#spending.spent;
  }

  /** Runs `work` in a transaction that holds the lease; throws RunStop when it is lost. */
  underLease<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return retryConflicts(() =>
      this.deps.database.transaction(this.claim.tenantId, async (tx) => {
        if (!(await holdsClaim(tx, this.claim, this.deps.executorId))) throw new RunStop("lease-lost");
        return work(tx);
      }),
    );
  }

  /** Holds the first slice of a model call, and makes it durable that the call is about to begin. */
  async openCall(call: ModelCall): Promise<void> {
    // The graph runs ahead of its events: the call before may still have to be booked.
    if (this.#callBefore) await unlessAborted(this.#callBefore.promise, this.signal);
    const opened = this.#spending.opening(call, this.deps.now());
    const progress = this.#progress(opened);
    const remaining = await this.underLease(async (tx) => {
      const left = await this.#spending.holdFirst(tx, opened, call);
      await this.#store(tx, progress);
      return left;
    });
    this.#spending.begin(opened, call, remaining);
    this.#callBefore = Promise.withResolvers();
  }

  /** Books a call that the attempt before left open: as it ended, or, if nobody knows that, by the last stored count. */
  async bookAbandoned(ended: readonly EndedCall[]): Promise<void> {
    const { open } = this.#spending;
    if (!open || open.attempt === this.claim.attempt) return;
    await this.closeCall(ended.find(({ callId }) => callId === open.callId)?.usage);
  }

  /** Takes our count of the open call; beyond what is held, the next slice is held or BUDGET_EXCEEDED is thrown. */
  async meter(outputTokens: number): Promise<void> {
    const { open } = this.#spending;
    if (!open) return;
    if (this.#spending.count(open, outputTokens)) {
      await this.#holdMore(open);
      this.emitEstimate();
      // So a crash loses the count of no more than a slice.
      await this.keepProgress();
    } else if (this.#progressIsDue()) await this.keepProgress();
  }

  /** Books the open call. Without a usage, by our count, as cut short. Resolves to whether one was open. */
  async closeCall(usage: CallUsage | undefined): Promise<boolean> {
    const { open } = this.#spending;
    if (!open) return false;
    if (usage?.reported) this.#emitUsage(this.#spending.reported(open, usage));
    const progress = this.#progress(undefined);
    const closed = await this.underLease(async (tx) => {
      const booked = await this.#spending.book(tx, open, usage);
      await this.#store(tx, progress);
      return booked;
    });
    this.#spending.close(closed);
    this.#callBefore?.resolve();
    const uncoveredMicros = closed.booking?.uncoveredMicros ?? 0;
    if (uncoveredMicros > 0) {
      const details = { runId: this.run.runId, uncoveredMicros };
      this.deps.warn("a model used more than the prepaid balance had", details);
    }
    return true;
  }

  /** Says what the run has cost so far. */
  async emitUsage(): Promise<void> {
    this.#emitUsage(this.#spending.settled());
  }

  /** The same, with the open call as we count it. */
  emitEstimate(): void {
    const { open } = this.#spending;
    if (open) this.#emitUsage(this.#spending.estimated(open));
  }

  #emitUsage(value: Usage): void {
    this.writer.emit({ case: "usage", value });
  }

  /** One statement, without the lease: what an executor holds that lost it is the run's all the same. */
  async #holdMore(open: OpenCall): Promise<void> {
    try {
      const reader = this.deps.database.reader(this.claim.tenantId);
      await retryConflicts(() => this.#spending.holdMore(reader, open));
    } catch (error) {
      if (error instanceof AppError && error.reason === "RUN_NOT_FOUND") throw new RunStop("lease-lost");
      throw error;
    }
  }

  /** Stores that the line says all of the answer and nothing else, so that the next attempt can go on from it. */
  async settle(): Promise<void> {
    await this.writer.flush();
    if (this.writer.isRefused) return;
    const progress = create(RunProgressSchema, { ...this.#progress(undefined), settled: true });
    await this.underLease((tx) => this.#store(tx, progress));
  }

  keepProgress(): Promise<void> {
    const progress = this.#progress(this.#spending.open);
    return this.underLease((tx) => this.#store(tx, progress));
  }

  #progressIsDue(): boolean {
    const { at, seq } = this.#saved;
    return performance.now() - at > PROGRESS_MILLISECONDS || this.writer.lastSeq - seq >= PROGRESS_FRAMES;
  }

  /** Answer and seq are read in the same moment, so that the snapshot is exactly what the line says up to there. */
  #progress(openCall: OpenCall | undefined): RunProgress {
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
        usage: usageMessage(this.spent, this.deps.budget.currency),
      },
      ...(openCall && { openCall }),
    });
  }

  #store(tx: Tx, progress: RunProgress): Promise<void> {
    return saveProgress(tx, this.run.runId, progress, this.deps.now());
  }
}

/** The stored snapshot may go further than the log: it is stored while its last frames are on their way. */
async function promisedOf({ database }: RunSessionDeps, { tenantId, runId }: Claim) {
  const progress = await findProgress(database.reader(tenantId), runId);
  return progress && { epoch: progress.epoch, seq: Number(progress.snapshot?.seq ?? 0n) };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener("abort", stop));
}
