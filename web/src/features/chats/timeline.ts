import type { ChatMessage, MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { AnswerState, MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Run, RunError, Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";

/** The part of a run's live view that the timeline needs. */
export interface LiveRun {
  runId: string;
  state: RunState;
  parts: readonly MessagePart[];
  usage?: Usage | undefined;
  error?: RunError | undefined;
}

/** A message on its way: shown at once, replaced when the stored one arrives. */
export interface PendingMessage {
  text: string;
  /** The newest message when it was sent. */
  afterId: string;
}

export type AnswerStatus = "waiting" | "running" | "complete" | "stopped" | "failed" | "budget" | "parked";

export interface AnswerRow {
  kind: "answer";
  key: string;
  runId: string;
  status: AnswerStatus;
  parts: readonly MessagePart[];
  model: string;
  usage: Usage | undefined;
  error: RunError | undefined;
  /** The text that was asked, to ask again. */
  question: string;
}

export type Row =
  | { kind: "message"; key: string; message: ChatMessage }
  | { kind: "pending"; key: string; text: string }
  | AnswerRow;

export interface TimelineInput {
  messages: readonly ChatMessage[];
  activeRunId: string;
  live: LiveRun | undefined;
  runs: ReadonlyMap<string, Run>;
  pending: PendingMessage | undefined;
}

/** Oldest first, each message once; ids are time-ordered. */
export function inOrder(messages: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map(messages.map((message) => [message.messageId, message]));
  return [...byId.values()].toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1));
}

export function textOf(parts: readonly MessagePart[]): string {
  return parts
    .map(({ kind }) =>
      kind.case === "text" ? kind.value.text : kind.case === "code" ? kind.value.content : "",
    )
    .join("\n")
    .trim();
}

const ofAnswer: Record<AnswerState, AnswerStatus> = {
  [AnswerState.UNSPECIFIED]: "complete",
  [AnswerState.COMPLETE]: "complete",
  [AnswerState.CANCELLED]: "stopped",
  [AnswerState.FAILED]: "failed",
  [AnswerState.BUDGET_EXCEEDED]: "budget",
};

const ofRun: Record<RunState, AnswerStatus> = {
  [RunState.UNSPECIFIED]: "waiting",
  [RunState.QUEUED]: "waiting",
  [RunState.RUNNING]: "running",
  [RunState.COMPLETED]: "complete",
  [RunState.CANCELLED]: "stopped",
  [RunState.FAILED]: "failed",
  [RunState.PARKED]: "parked",
};

function statusOfRun(run: LiveRun | Run): AnswerStatus {
  const status = ofRun[run.state];
  if (status === "stopped" && run.error) return "budget";
  return status === "running" && run.parts.length === 0 ? "waiting" : status;
}

/** Stored messages, the answer being written, and what came of runs that left no message, as one list. */
export function timeline({ messages, activeRunId, live, runs, pending }: TimelineInput): Row[] {
  const ordered = inOrder(messages);
  const answered = new Set(
    ordered.filter((message) => message.role === MessageRole.ASSISTANT).map((message) => message.runId),
  );
  const questions = new Map<string, string>();
  const rows: Row[] = [];
  const answer = (runId: string, row: Pick<AnswerRow, "status" | "parts">) => {
    const [now, run] = [live?.runId === runId ? live : undefined, runs.get(runId)];
    const { usage, error } = { usage: run?.usage ?? now?.usage, error: run?.error ?? now?.error };
    const question = questions.get(runId) ?? "";
    rows.push({ kind: "answer", key: runId, runId, ...row, model: run?.model ?? "", usage, error, question });
  };
  for (const message of ordered) {
    if (message.role === MessageRole.ASSISTANT) {
      answer(message.runId || message.messageId, {
        status: ofAnswer[message.answerState],
        parts: message.parts,
      });
      continue;
    }
    rows.push({ kind: "message", key: message.messageId, message });
    const { runId } = message;
    if (!runId) continue;
    questions.set(runId, textOf(message.parts));
    if (answered.has(runId)) continue;
    const run = live?.runId === runId ? live : runs.get(runId);
    if (run) answer(runId, { status: statusOfRun(run), parts: run.parts });
    else if (runId === activeRunId) answer(runId, { status: "waiting", parts: [] });
  }
  if (pending && !arrived(ordered, pending))
    rows.push({ kind: "pending", key: "pending", text: pending.text });
  return rows;
}

function arrived(ordered: readonly ChatMessage[], { text, afterId }: PendingMessage): boolean {
  return ordered.some(
    ({ role, messageId, parts }) =>
      role === MessageRole.USER && messageId > afterId && textOf(parts) === text,
  );
}
