import {
  FinishReason,
  type ChatMessageInput,
  type MessagePart,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Interrupt, InterruptAnswer } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import {
  RunState,
  type RunError,
  type RunOptions,
  type Usage,
} from "@ameide/proto/ameide/inference/v1/run_pb.js";
import {
  RunAdmittedSchema,
  RunCancelRequestedSchema,
  RunClaimedSchema,
  RunEndedSchema,
  RunGivenBackSchema,
  RunResumedSchema,
  type RunAdmitted,
  type RunCancelRequested,
  type RunClaimed,
  type RunEnded,
  type RunGivenBack,
  type RunResumed,
} from "@ameide/proto-private/ameide/events/v1/run_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { AppError } from "../platform/errors/app-error.ts";

export type RunEvent = RunAdmitted | RunClaimed | RunGivenBack | RunCancelRequested | RunEnded | RunResumed;

/** A run as its events left it. */
export interface RunRecord {
  runId: string;
  chatId: string;
  messageId: string;
  /** The version of that message: the run's turn in the chat. 0 without a chat, and for runs of before there were turns. */
  turn: number;
  userId: string;
  agentId: string;
  agentVersion: string;
  model: string;
  maxOutputTokens: number;
  /** Whether an answer that was given before will do. */
  cache: boolean;
  state: RunState;
  attempt: number;
  /** Attempts since it began or was resumed, without those that were given back in good order. */
  tries: number;
  cancelRequested: boolean;
  /** The conversation of a run without a chat. */
  messages: ChatMessageInput[];
  /** How it ended, once it has; or stands still. */
  end: RunEnded | undefined;
  /** How it went on after it last stood still: the answer to its last question. */
  resumed: RunResumed | undefined;
  version: number;
  createTime: Date;
  endTime: Date | undefined;
}

export const runStream = (runId: string): string => `run-${runId}`;

const ENDED: ReadonlySet<RunState> = new Set([RunState.COMPLETED, RunState.CANCELLED, RunState.FAILED]);
export const hasEnded = (run: Pick<RunRecord, "state">): boolean => ENDED.has(run.state);

const STILL: ReadonlySet<RunState> = new Set([RunState.PARKED, RunState.INTERRUPTED]);
/** Whether it waits for somebody to let it go on: parked, or with a question. */
export const isSuspended = (run: Pick<RunRecord, "state">): boolean => STILL.has(run.state);

export function newRun(runId: string): RunRecord {
  return {
    runId,
    chatId: "",
    messageId: "",
    turn: 0,
    userId: "",
    agentId: "",
    agentVersion: "",
    model: "",
    maxOutputTokens: 0,
    cache: false,
    state: RunState.UNSPECIFIED,
    attempt: 0,
    tries: 0,
    cancelRequested: false,
    messages: [],
    end: undefined,
    resumed: undefined,
    version: 0,
    createTime: new Date(0),
    endTime: undefined,
  };
}

export interface AdmittedRun {
  userId: string;
  chatId: string;
  messageId: string;
  turn: number;
  messages: ChatMessageInput[];
  agentId: string;
  agentVersion: string;
  model: string;
  options: Pick<RunOptions, "maxOutputTokens"> &
    Partial<Pick<RunOptions, "maxCostMicros" | "teamId" | "cache">>;
  reservedMicros: number;
}

export function decideAdmit({ reservedMicros, turn, ...run }: AdmittedRun): RunEvent[] {
  const numbers = { turn: BigInt(turn), reservedMicros: BigInt(reservedMicros) };
  return [create(RunAdmittedSchema, { ...run, ...numbers })];
}

export function decideClaim(run: RunRecord, attempt: number, executorId: string): RunEvent[] {
  return hasEnded(run) ? [] : [create(RunClaimedSchema, { attempt, executorId })];
}

/** An executor that has to go gives its runs back, which is no fault of theirs. */
export function decideGiveBack(run: RunRecord, attempt: number): RunEvent[] {
  return hasEnded(run) || run.attempt !== attempt ? [] : [create(RunGivenBackSchema, { attempt })];
}

/** Asking twice, or asking a run that has ended, changes nothing. */
export function decideCancel(run: RunRecord, userId: string): RunEvent[] {
  return hasEnded(run) || run.cancelRequested ? [] : [create(RunCancelRequestedSchema, { userId })];
}

export interface RunOutcome {
  state: RunState.COMPLETED | RunState.CANCELLED | RunState.FAILED | RunState.PARKED | RunState.INTERRUPTED;
  parts: MessagePart[];
  usage: Usage | undefined;
  error: RunError | undefined;
  /** What it asks, if it is interrupted. */
  interrupt?: Interrupt | undefined;
  /** Why its last model call stopped, if it did by itself. */
  finishReason?: FinishReason | undefined;
}

export function decideEnd(run: RunRecord, outcome: RunOutcome, messageId: string): RunEvent[] {
  if (hasEnded(run)) return [];
  const { state, parts, usage, error, interrupt, finishReason = FinishReason.UNSPECIFIED } = outcome;
  const given = { ...(usage && { usage }), ...(error && { error }), ...(interrupt && { interrupt }) };
  return [create(RunEndedSchema, { state, parts, messageId, finishReason, ...given })];
}

/** How a run goes on that stood still. */
export interface Resumption {
  userId: string;
  reservedMicros: number;
  /** The question that is answered; empty for a parked run. */
  interruptId: string;
  answer: InterruptAnswer | undefined;
}

/** Lets a run go on; whether the answer fits the question was checked. */
export function decideResume(run: RunRecord, { reservedMicros, answer, ...given }: Resumption): RunEvent[] {
  const { runId, state, end } = run;
  const metadata = { run_id: runId, state: RunState[state] };
  const asked = state === RunState.INTERRUPTED ? (end?.interrupt?.interruptId ?? "") : "";
  if (given.interruptId !== "" && given.interruptId !== asked) {
    throw new AppError("INTERRUPT_STALE", "the question was answered before, or is another one by now", {
      metadata: { ...metadata, ...(asked !== "" && { interrupt_id: asked }) },
    });
  }
  if (state !== RunState.PARKED && given.interruptId === "") {
    const told =
      asked === "" ? "only a parked run can be resumed" : "the run waits for an answer; give it one";
    throw new AppError("RUN_NOT_RESUMABLE", told, { metadata });
  }
  return [
    create(RunResumedSchema, {
      ...given,
      reservedMicros: BigInt(reservedMicros),
      ...(answer && { answer }),
    }),
  ];
}

export function evolveRun(run: RunRecord, event: RunEvent, at: { version: number; time: Date }): RunRecord {
  const next = { ...run, version: at.version };
  switch (event.$typeName) {
    case "ameide.events.v1.RunAdmitted": {
      const { userId, chatId, messageId, messages, agentId, agentVersion, model, options } = event;
      const admitted = { userId, chatId, messageId, messages, agentId, agentVersion, model };
      const { maxOutputTokens = 0, cache = false } = options ?? {};
      const numbers = { maxOutputTokens, cache, turn: Number(event.turn) };
      return { ...next, ...admitted, ...numbers, state: RunState.QUEUED, createTime: at.time };
    }
    case "ameide.events.v1.RunClaimed":
      return { ...next, state: RunState.RUNNING, attempt: event.attempt, tries: run.tries + 1 };
    case "ameide.events.v1.RunGivenBack":
      return { ...next, tries: Math.max(0, run.tries - 1) };
    case "ameide.events.v1.RunCancelRequested":
      return { ...next, cancelRequested: true };
    case "ameide.events.v1.RunEnded":
      return { ...next, state: event.state, end: event, endTime: at.time };
    case "ameide.events.v1.RunResumed":
      return {
        ...next,
        state: RunState.QUEUED,
        tries: 0,
        end: undefined,
        endTime: undefined,
        resumed: event,
      };
  }
}
