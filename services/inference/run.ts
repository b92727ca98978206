import type { ChatMessageInput, MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
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
  RunResumedSchema,
  type RunAdmitted,
  type RunCancelRequested,
  type RunClaimed,
  type RunEnded,
  type RunResumed,
} from "@ameide/proto-private/ameide/events/v1/run_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { AppError } from "../platform/errors/app-error.ts";

export type RunEvent = RunAdmitted | RunClaimed | RunCancelRequested | RunEnded | RunResumed;

/** A run as its events left it. */
export interface RunRecord {
  runId: string;
  chatId: string;
  messageId: string;
  userId: string;
  agentId: string;
  agentVersion: string;
  model: string;
  maxOutputTokens: number;
  state: RunState;
  attempt: number;
  cancelRequested: boolean;
  /** The conversation of a run without a chat. */
  messages: ChatMessageInput[];
  /** How it ended, once it has. */
  end: RunEnded | undefined;
  version: number;
  createTime: Date;
  endTime: Date | undefined;
}

export const runStream = (runId: string): string => `run-${runId}`;

const ENDED: ReadonlySet<RunState> = new Set([RunState.COMPLETED, RunState.CANCELLED, RunState.FAILED]);
export const hasEnded = (run: Pick<RunRecord, "state">): boolean => ENDED.has(run.state);

export function newRun(runId: string): RunRecord {
  return {
    runId,
    chatId: "",
    messageId: "",
    userId: "",
    agentId: "",
    agentVersion: "",
    model: "",
    maxOutputTokens: 0,
    state: RunState.UNSPECIFIED,
    attempt: 0,
    cancelRequested: false,
    messages: [],
    end: undefined,
    version: 0,
    createTime: new Date(0),
    endTime: undefined,
  };
}

export interface AdmittedRun {
  userId: string;
  chatId: string;
  messageId: string;
  messages: ChatMessageInput[];
  agentId: string;
  agentVersion: string;
  model: string;
  options: Pick<RunOptions, "maxOutputTokens">;
  reservedMicros: number;
}

export function decideAdmit({ reservedMicros, ...run }: AdmittedRun): RunEvent[] {
  return [create(RunAdmittedSchema, { ...run, reservedMicros: BigInt(reservedMicros) })];
}

export function decideClaim(run: RunRecord, attempt: number, executorId: string): RunEvent[] {
  return hasEnded(run) ? [] : [create(RunClaimedSchema, { attempt, executorId })];
}

/** Asking twice, or asking a run that has ended, changes nothing. */
export function decideCancel(run: RunRecord, userId: string): RunEvent[] {
  return hasEnded(run) || run.cancelRequested ? [] : [create(RunCancelRequestedSchema, { userId })];
}

export interface RunOutcome {
  state: RunState.COMPLETED | RunState.CANCELLED | RunState.FAILED | RunState.PARKED;
  parts: MessagePart[];
  usage: Usage | undefined;
  error: RunError | undefined;
}

export function decideEnd(run: RunRecord, outcome: RunOutcome, messageId: string): RunEvent[] {
  if (hasEnded(run)) return [];
  const { state, parts, usage, error } = outcome;
  return [
    create(RunEndedSchema, { state, parts, messageId, ...(usage && { usage }), ...(error && { error }) }),
  ];
}

export function decideResume(run: RunRecord, userId: string, reservedMicros: number): RunEvent[] {
  if (run.state !== RunState.PARKED) {
    throw new AppError("RUN_NOT_RESUMABLE", "only a parked run can be resumed", {
      metadata: { run_id: run.runId, state: RunState[run.state] },
    });
  }
  return [create(RunResumedSchema, { userId, reservedMicros: BigInt(reservedMicros) })];
}

export function evolveRun(run: RunRecord, event: RunEvent, at: { version: number; time: Date }): RunRecord {
  const next = { ...run, version: at.version };
  switch (event.$typeName) {
    case "ameide.events.v1.RunAdmitted": {
      const { userId, chatId, messageId, messages, agentId, agentVersion, model, options } = event;
      const admitted = { userId, chatId, messageId, messages, agentId, agentVersion, model };
      const maxOutputTokens = options?.maxOutputTokens ?? 0;
      return { ...next, ...admitted, maxOutputTokens, state: RunState.QUEUED, createTime: at.time };
    }
    case "ameide.events.v1.RunClaimed":
      return { ...next, state: RunState.RUNNING, attempt: event.attempt };
    case "ameide.events.v1.RunCancelRequested":
      return { ...next, cancelRequested: true };
    case "ameide.events.v1.RunEnded":
      return { ...next, state: event.state, end: event, endTime: at.time };
    case "ameide.events.v1.RunResumed":
      return { ...next, state: RunState.QUEUED, end: undefined, endTime: undefined };
  }
}
