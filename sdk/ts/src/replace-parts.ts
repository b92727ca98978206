import type { MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Snapshot } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { codePointLength, unitIndex } from "./code-points.ts";
import { agreement, cutParts, keepIdentity, normalizeParts, textOf, toolCallsOf } from "./run-parts.ts";
import { changed, isTerminal, type RunProgress } from "./run-progress.ts";
import type { RunUpdate, RunView } from "./run-view.ts";

/** A state and what a consumer must be told about the way to it. */
export interface Step {
  readonly progress: RunProgress;
  readonly updates: readonly RunUpdate[];
}

/** Takes back what stands beyond `offset` code points and all but the first tool calls; silent if nothing does. */
export function cut(progress: RunProgress, offset: number, keepToolCalls: number): Step {
  const { view } = progress;
  const parts = cutParts(view.parts, offset, keepToolCalls);
  const kept = toolCallsOf(parts).length;
  if (offset >= progress.length && kept === toolCallsOf(view.parts).length) return { progress, updates: [] };
  const toOffset = Math.min(offset, progress.length);
  const shorter = changed(
    { ...progress, length: toOffset },
    {
      parts: keepIdentity(view.parts, parts),
      text: view.text.slice(0, unitIndex(view.text, toOffset)),
      suggestions: suggestionsOf(view, parts),
    },
    { kind: "retract", toOffset, keepToolCalls: kept },
  );
  return { progress: shorter.progress, updates: [shorter.update] };
}

/** Replaces what is shown by a snapshot; what the snapshot does not continue is retracted first. */
export function applySnapshot(progress: RunProgress, snapshot: Snapshot, attempt: number): Step {
  const { state, usage } = snapshot;
  return replaceParts(progress, snapshot.parts, {
    state,
    attempt: Math.max(attempt, progress.view.attempt),
    error: isTerminal(state) ? progress.view.error : undefined,
    interrupt: isTerminal(state) ? progress.view.interrupt : undefined,
    ...(usage === undefined ? {} : { usage }),
  });
}

/** Replaces what is shown by `parts`, and the other fields of the view by `fields`. */
export function replaceParts(
  progress: RunProgress,
  parts: readonly MessagePart[],
  fields: Partial<RunView>,
): Step {
  const next = normalizeParts(parts);
  const same = agreement(progress.view.parts, next);
  const before = cut(progress, same.offset, same.toolCalls);
  const text = textOf(next);
  const offset = before.progress.length;
  const appended = text.slice(before.progress.view.text.length);
  const replaced = changed(
    { ...before.progress, length: codePointLength(text), argumentLengths: argumentLengths(next) },
    {
      ...fields,
      text,
      parts: keepIdentity(progress.view.parts, next),
      suggestions: suggestionsOf(before.progress.view, next),
    },
    { kind: "snapshot", offset, appended },
  );
  return { progress: replaced.progress, updates: [...before.updates, replaced.update] };
}

/** Those whose tool calls are still there. */
function suggestionsOf({ suggestions }: RunView, parts: readonly MessagePart[]): RunView["suggestions"] {
  const calls = new Set(toolCallsOf(parts).map(({ toolCallId }) => toolCallId));
  const kept = suggestions.filter(({ toolCallId }) => calls.has(toolCallId));
  return kept.length === suggestions.length ? suggestions : kept;
}

function argumentLengths(parts: readonly MessagePart[]): Record<string, number> {
  return Object.fromEntries(
    toolCallsOf(parts).map((call) => [call.toolCallId, codePointLength(call.argumentsJson)] as const),
  );
}
