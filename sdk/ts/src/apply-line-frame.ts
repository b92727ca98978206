import type { ToolCallPart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type {
  RunFrame,
  Status,
  Suggestion,
  TextDelta,
  ToolArgsDelta,
  ToolCall,
} from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { codePointLength, unitIndex } from "./code-points.ts";
import { appendText, changeToolCall, insertToolCall, toolCallsOf } from "./run-parts.ts";
import { changed, isSuspended, isTerminal, type RunProgress } from "./run-progress.ts";
import { cut, type Step } from "./replace-parts.ts";
import type { RunChange, RunView } from "./run-view.ts";

/**
 * Applies what a frame says, wherever it stands on the line. Undefined when it builds on something that is
 * not here: a delta beyond the end, a result of an unknown tool call.
 */
export function applyLineFrame(progress: RunProgress, frame: RunFrame): Step | undefined {
  const { attempt } = progress.view;
  const current =
    frame.attempt > attempt ? { ...progress, view: { ...progress.view, attempt: frame.attempt } } : progress;
  const body = frame.frame;
  switch (body.case) {
    case "started": {
      const change = { kind: "started", started: body.value } as const;
      return one(current, { started: body.value, state: RunState.RUNNING, interrupt: undefined }, change);
    }
    case "textDelta":
      return applyText(current, body.value);
    case "toolCall":
      return applyToolCall(current, body.value);
    case "toolArgsDelta":
      return applyArguments(current, body.value);
    case "toolResult":
      return applyTool(current, body.value.toolCallId, {
        result: body.value.result,
        state: body.value.state,
      });
    case "suggestion":
      return applySuggestion(current, body.value);
    case "usage":
      return one(current, { usage: body.value }, { kind: "usage", usage: body.value });
    case "retract":
      return cut(current, Number(body.value.toOffset), body.value.keepToolCalls);
    case "error":
      return one(current, { error: body.value }, { kind: "error", error: body.value });
    case "status":
      return applyStatus(current, body.value);
    default:
      // A kind of frame that is newer than this SDK: it holds its place on the line.
      return { progress: current, updates: [] };
  }
}

function applyText(progress: RunProgress, delta: TextDelta): Step | undefined {
  const overlap = progress.length - Number(delta.offset);
  if (overlap < 0) return undefined;
  const appended = overlap === 0 ? delta.text : delta.text.slice(unitIndex(delta.text, overlap));
  if (appended === "") return { progress, updates: [] };
  const { view, length } = progress;
  return one(
    { ...progress, length: length + codePointLength(appended) },
    { parts: appendText(view.parts, appended), text: view.text + appended },
    { kind: "text", offset: length, appended },
  );
}

function applyToolCall(progress: RunProgress, call: ToolCall): Step | undefined {
  const offset = Number(call.textOffset);
  if (offset > progress.length) return undefined;
  const { toolCallId, name } = call;
  if (findCall(progress, toolCallId) !== undefined) return { progress, updates: [] };
  const parts = insertToolCall(progress.view.parts, offset, toolCallId, name);
  const argumentLengths = { ...progress.argumentLengths, [toolCallId]: 0 };
  return one({ ...progress, argumentLengths }, { parts }, { kind: "tool", toolCallId });
}

function applyArguments(progress: RunProgress, delta: ToolArgsDelta): Step | undefined {
  const call = findCall(progress, delta.toolCallId);
  const length = progress.argumentLengths[delta.toolCallId] ?? 0;
  const overlap = length - Number(delta.offset);
  if (call === undefined || overlap < 0) return undefined;
  const appended = delta.json.slice(unitIndex(delta.json, overlap));
  if (appended === "") return { progress, updates: [] };
  const lengths = { ...progress.argumentLengths, [delta.toolCallId]: length + codePointLength(appended) };
  const longer = { ...progress, argumentLengths: lengths };
  return applyTool(longer, delta.toolCallId, { argumentsJson: call.argumentsJson + appended });
}

function applyTool(
  progress: RunProgress,
  toolCallId: string,
  change: Partial<ToolCallPart>,
): Step | undefined {
  if (findCall(progress, toolCallId) === undefined) return undefined;
  const parts = changeToolCall(progress.view.parts, toolCallId, change);
  return one(progress, { parts }, { kind: "tool", toolCallId });
}

function applySuggestion(progress: RunProgress, suggestion: Suggestion): Step | undefined {
  const { patch, toolCallId } = suggestion;
  if (!patch || findCall(progress, toolCallId) === undefined) return undefined;
  const { patchId } = patch;
  const { suggestions } = progress.view;
  const known = suggestions.some((other) => other.patch?.patchId === patchId);
  const next = known
    ? suggestions.map((other) => (other.patch?.patchId === patchId ? suggestion : other))
    : [...suggestions, suggestion];
  return one(progress, { suggestions: next }, { kind: "suggestion", patchId });
}

function applyStatus(progress: RunProgress, status: Status): Step {
  const { state, messageId, interrupt, finishReason } = status;
  const terminal = isTerminal(state);
  // It may be followed by more when the line is told again after ResumeRun: its end is confirmed later.
  const done = terminal && !isSuspended(state);
  const view = { state, done, interrupt, finishReason, ...(messageId === "" ? {} : { messageId }) };
  return one(progress, terminal ? view : { ...view, error: undefined }, { kind: "status", state });
}

function findCall(progress: RunProgress, toolCallId: string): ToolCallPart | undefined {
  return toolCallsOf(progress.view.parts).find((call) => call.toolCallId === toolCallId);
}

function one(progress: RunProgress, view: Partial<RunView>, change: RunChange): Step {
  const next = changed(progress, view, change);
  return { progress: next.progress, updates: [next.update] };
}
