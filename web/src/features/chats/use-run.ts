import { RunState } from "@ameide/sdk";
import type { RunView } from "@ameide/sdk";
import { ConnectError } from "@connectrpc/connect";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ameide } from "../../rpc/ameide.ts";
import { leaveWhenRefused } from "../../rpc/query-client.ts";
import { endRun } from "./chat-cache.ts";
import { latest } from "./latest.ts";

export interface RunWatch {
  view: RunView | undefined;
  /** The run before, as it ended: its message may still be on its way. */
  before: RunView | undefined;
  reconnecting: boolean;
  /** Why the run can be followed no more. */
  failure: ConnectError | undefined;
}

type Watched = Omit<RunWatch, "before">;

const nothing: RunWatch = { view: undefined, before: undefined, reconnecting: false, failure: undefined };

// Markdown is parsed anew for each view, so views are shown at most this often.
const frameMillis = 40;

/** Follows a run while it lasts; the last view stays until another run is followed. */
export function useRun(chatId: string, runId: string, enabled: boolean, round: number): RunWatch {
  const client = useQueryClient();
  const [watch, setWatch] = useState(nothing);
  useEffect(() => {
    if (!runId || !enabled) return;
    const stop = new AbortController();
    const show = latest<Watched>(frameMillis, (next) => setWatch((now) => forward(now, next)));
    void follow(runId, stop.signal, show.offer).then((state) => {
      show.flush();
      if (state !== undefined && !isSuspended(state)) endRun(client, chatId, runId);
    });
    return () => {
      stop.abort();
      show.cancel();
    };
  }, [client, chatId, runId, enabled, round]);
  return watch;
}

/** A stream that begins again replays from the start; what is shown waits until it has caught up. */
export function forward(now: RunWatch, next: Watched): RunWatch {
  const [shown, view] = [now.view, next.view];
  if (!shown || !view) return { ...next, before: now.before };
  if (shown.runId !== view.runId) return { ...next, before: shown };
  const says = (one: RunView) => one.text.length + one.parts.length;
  const behind = !view.done && says(view) < says(shown) && shown.text.startsWith(view.text);
  return { ...next, view: behind ? shown : view, before: now.before };
}

/** Whether a run waits for somebody to let it go on. */
export const isSuspended = (state: RunState): boolean =>
  state === RunState.PARKED || state === RunState.INTERRUPTED;

async function follow(
  runId: string,
  signal: AbortSignal,
  offer: (watch: Watched) => void,
): Promise<RunState | undefined> {
  let view: RunView | undefined;
  try {
    for await (const update of ameide.runs.watch(runId, { signal })) {
      view = update.view;
      offer({ view, reconnecting: update.kind === "reconnecting", failure: undefined });
    }
    return view?.state;
  } catch (error) {
    if (signal.aborted) return undefined;
    leaveWhenRefused(error);
    offer({ view, reconnecting: false, failure: ConnectError.from(error) });
    return undefined;
  }
}
