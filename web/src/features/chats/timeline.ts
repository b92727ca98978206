import type { ChatMessage, MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { AnswerState, FinishReason, MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Run, RunError, Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { Interrupt } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";

/** The part of a run's live view that the timeline needs. */
export interface LiveRun {
  runId: string;
  state: RunState;
  parts: readonly MessagePart[];
  usage?: Usage | undefined;
  error?: RunError | undefined;
  interrupt?: Interrupt | undefined;
  finishReason?: FinishReason | undefined;
}

/** A message on its way: shown at once, replaced when the stored one arrives. */
export interface PendingMessage {
  text: string;
  /** The newest message when it was sent. */
  afterId: string;
}

export type AnswerStatus =
  | "waiting"
  | "running"
  | "complete"
  | "stopped"
  | "failed"
  | "budget"
  | "parked"
  | "asking";

export interface AnswerRow {
  kind: "answer";
  key: string;
  runId: string;
  status: AnswerStatus;
  parts: readonly MessagePart[];
  model: string;
  usage: Usage | undefined;
  error: RunError | undefined;
  /** What the agent asks; only while it does. */
  interrupt: Interrupt | undefined;
  /** The answer ends where the model had to stop. */
  cut: boolean;
  /** The text that was asked, to ask again. */
  question: string;
}

export type Row =
  /** With the run that waits for its turn, if it does. */
  | { kind: "message"; key: string; message: ChatMessage; waitingRunId: string }
  | { kind: "pending"; key: string; text: string }
  | AnswerRow;

export interface TimelineInput {
  messages: readonly ChatMessage[];
  activeRunId: string;
  waitingRunIds?: readonly string[];
  live: LiveRun | undefined;
  /** The run that was followed before. */
  before?: LiveRun | undefined;
  runs: ReadonlyMap<string, Run>;
  pending: PendingMessage | undefined;
}

/** In the order of turns, each message once: what was asked meanwhile comes after the answer. Ids are time-ordered. */
export function inOrder(messages: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map(messages.map((message) => [message.messageId, message]));
  return [...byId.values()].toSorted((a, b) => {
    if (a.turn !== b.turn) return a.turn < b.turn ? -1 : 1;
    return a.messageId < b.messageId ? -1 : 1;
  });
}

/** The message that was stored last. */
export function newestOf(messages: readonly ChatMessage[]): string {
  return messages.reduce((newest, { messageId }) => (messageId > newest ? messageId : newest), "");
}

/** Whether every turn that is over has its answer among the messages. */
export function isCaughtUp(messages: readonly ChatMessage[], openRunIds: readonly string[]): boolean {
  const known = new Set(openRunIds);
  for (const { role, runId } of messages) if (role === MessageRole.ASSISTANT) known.add(runId);
  return messages.every(({ runId }) => runId === "" || known.has(runId));
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
  [RunState.INTERRUPTED]: "asking",
};

function statusOfRun(run: LiveRun | Run): AnswerStatus {
  const status = ofRun[run.state];
  if (status === "stopped" && run.error) return "budget";
  return status === "running" && run.parts.length === 0 ? "waiting" : status;
}

/** Stored messages, the answer being written, and what came of runs that left no message, as one list. */
export function timeline(input: TimelineInput): Row[] {
  const { messages, activeRunId, waitingRunIds = [], runs, pending } = input;
  const followed = (runId: string) => [input.live, input.before].find((live) => live?.runId === runId);
  const ordered = inOrder(messages);
  const answered = new Set(
    ordered.filter((message) => message.role === MessageRole.ASSISTANT).map((message) => message.runId),
  );
  const questions = new Map<string, string>();
  const rows: Row[] = [];
  const answer = (runId: string, row: Pick<AnswerRow, "status" | "parts"> & { cut?: boolean }) => {
    const [now, run] = [followed(runId), runs.get(runId)];
    const { usage, error } = { usage: run?.usage ?? now?.usage, error: run?.error ?? now?.error };
    const question = questions.get(runId) ?? "";
    const interrupt = row.status === "asking" ? (now ?? run)?.interrupt : undefined;
    const cut = row.status === "complete" && (row.cut || now?.finishReason === FinishReason.LENGTH);
    const rest = { model: run?.model ?? "", usage, error, interrupt, cut, question };
    rows.push({ kind: "answer", key: runId, runId, ...row, ...rest });
  };
  for (const message of ordered) {
    if (message.role === MessageRole.ASSISTANT) {
      answer(message.runId || message.messageId, {
        status: ofAnswer[message.answerState],
        parts: message.parts,
        cut: message.finishReason === FinishReason.LENGTH,
      });
      continue;
    }
    const { runId } = message;
    const waits = runId !== "" && waitingRunIds.includes(runId);
    rows.push({ kind: "message", key: message.messageId, message, waitingRunId: waits ? runId : "" });
    if (!runId || waits) continue;
    questions.set(runId, textOf(message.parts));
    if (answered.has(runId)) continue;
    const run = followed(runId) ?? runs.get(runId);
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
