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
  reconnecting: boolean;
  /** Why the run can be followed no more. */
  failure: ConnectError | undefined;
}

const nothing: RunWatch = { view: undefined, reconnecting: false, failure: undefined };

// Markdown is parsed anew for each view, so views are shown at most this often.
const frameMillis = 40;

/** Follows a run while it lasts; the last view stays until another run is followed. */
export function useRun(chatId: string, runId: string, enabled: boolean, round: number): RunWatch {
  const client = useQueryClient();
  const [watch, setWatch] = useState(nothing);
  useEffect(() => {
    if (!runId || !enabled) return;
    const stop = new AbortController();
    const show = latest<RunWatch>(frameMillis, (next) => setWatch((now) => forward(now, next)));
    void follow(runId, stop.signal, show.offer).then((state) => {
      show.flush();
      if (state !== undefined && state !== RunState.PARKED) endRun(client, chatId, runId);
    });
    return () => {
      stop.abort();
      show.cancel();
    };
  }, [client, chatId, runId, enabled, round]);
  return watch;
}

/** A stream that begins again replays from the start; what is shown waits until it has caught up. */
export function forward(now: RunWatch, next: RunWatch): RunWatch {
  const [shown, view] = [now.view, next.view];
  const behind =
    shown && view && shown.runId === view.runId && !view.done && shown.text.startsWith(view.text);
  return behind ? { ...next, view: shown } : next;
}

async function follow(
  runId: string,
  signal: AbortSignal,
  offer: (watch: RunWatch) => void,
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
