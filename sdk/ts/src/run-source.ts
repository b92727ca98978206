import {
  type GetRunResponse,
  type InferenceService,
  type StartRunRequest,
  StartRunRequestSchema,
  type StartRunResponse,
  type WatchRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { Run } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { type Applied, applyFrame } from "./apply-frame.ts";
import { reasonOf } from "./errors.ts";
import type { Received, Source } from "./follow.ts";
import { replaceParts } from "./replace-parts.ts";
import {
  changed,
  emptyProgress,
  isTerminal,
  nowhere,
  opened,
  positionOf,
  type RunProgress,
  withoutToken,
} from "./run-progress.ts";
import type { RunUpdate } from "./run-view.ts";
import { isTransientOnCall, isTransientOnStream, type Renewal } from "./transience.ts";

/** Where a run stream begins: a run to start, or one to watch. */
export type RunBegin =
  | { readonly start: MessageInitShape<typeof StartRunRequestSchema> }
  | { readonly runId: string };

/** What a run source reads: frames, and the run itself when it is started or its frames are gone. */
export type RunMessage = StartRunResponse | WatchRunResponse | GetRunResponse;

interface Session {
  /** What the next connection is for: StartRun, WatchRun, or GetRun to replace frames or to confirm the end. */
  phase: "start" | "watch" | "read" | "confirm";
  progress: RunProgress;
  /** Gaps in a row. */
  gaps: number;
}

/** How often in a row a gap is answered with the token; then the line is read again from its first frame. */
const GAPS_WITH_TOKEN = 1;

/** Makes the source of one run's updates: StartRun if need be, then WatchRun, and GetRun where frames are gone. */
export function createRunSource(
  begin: RunBegin,
  client: Client<typeof InferenceService>,
  renewal: Renewal,
): Source<RunMessage, RunUpdate> {
  const request = "start" in begin ? startRequest(begin.start) : undefined;
  const phase = request === undefined ? "watch" : "start";
  const session: Session = { phase, progress: emptyProgress("runId" in begin ? begin.runId : ""), gaps: 0 };
  return {
    open(signal) {
      if (session.phase === "start" && request !== undefined)
        return once(client.startRun(request, { signal }));
      const { runId } = session.progress.view;
      // The line does not join on to what the database told: ask the database on.
      if (!session.progress.isPlaced) session.phase = "read";
      if (session.phase !== "watch") return once(client.getRun({ runId }, { signal }));
      session.progress = opened(session.progress);
      return client.watchRun({ runId, ...positionOf(session.progress) }, { signal });
    },
    receive(message) {
      const received = receive(session, message);
      if (received.progress) renewal.succeeded();
      return received;
    },
    ended: () => ended(session),
    isTransient: (error) => renewal.isWorthwhile(error) || isTransient(session, error),
    reconnecting(delayMs, failures, cause) {
      return [changed(session.progress, {}, { kind: "reconnecting", delayMs, failures, cause }).update];
    },
  };
}

function receive(session: Session, message: RunMessage): Received<RunUpdate> {
  if (message.$typeName === "ameide.inference.v1.WatchRunResponse") {
    if (message.frame === undefined) return { updates: [], next: "read", progress: false };
    return take(session, applyFrame(session.progress, message.frame));
  }
  if (message.run === undefined) throw new ConnectError("the answer holds no run", Code.Internal);
  const { phase } = session;
  session.phase = "watch";
  if (phase === "start") return admit(session, message.run);
  if (isTerminal(message.run.state)) return conclude(session, message.run);
  // A line that is told again shows PARKED or INTERRUPTED and goes on.
  return phase === "confirm" ? dropped() : readBack(session, message.run);
}

/** An end without a terminal status of its own is a drop, unless the run had ended before. */
function ended(session: Session): Received<RunUpdate> {
  if (!isTerminal(session.progress.view.state)) return dropped();
  session.phase = "confirm";
  return { updates: [], next: "reopen", progress: false };
}

function admit(session: Session, run: Run): Received<RunUpdate> {
  const { progress, update } = changed(
    emptyProgress(run.runId),
    { state: run.state },
    { kind: "admitted", run },
  );
  session.progress = progress;
  return { updates: [update], next: "reopen", progress: true };
}

/** The stored run is the truth about one that has ended; usually nothing is left to show but the end itself. */
function conclude(session: Session, run: Run): Received<RunUpdate> {
  const { state, attempt, usage, error, interrupt, finishReason } = run;
  const fields = {
    state,
    attempt,
    error,
    interrupt,
    finishReason,
    ...(usage === undefined ? {} : { usage }),
  };
  const shown = session.progress.view.parts;
  const replaced = replaceParts(session.progress, run.parts, fields);
  const { parts } = replaced.progress.view;
  const isNew = parts.length !== shown.length || parts.some((part, index) => part !== shown[index]);
  const end = changed(replaced.progress, { done: true }, { kind: "status", state });
  session.progress = end.progress;
  return { updates: [...(isNew ? replaced.updates : []), end.update], next: "finish", progress: true };
}

// Without frames the stored run is the best there is; when it goes on, its line is read from the start.
function readBack(session: Session, run: Run): Received<RunUpdate> {
  const before = session.progress;
  const { progress, updates } = replaceParts(nowhere(before), run.parts, {
    state: run.state,
    attempt: run.attempt,
  });
  session.progress = progress;
  const advanced = progress.view.text !== before.view.text || run.state !== before.view.state;
  return { updates, next: "resume", progress: advanced, cause: unavailable("the run's frames are gone") };
}

function take(
  session: Session,
  { progress, updates, advanced, verdict, delayMs }: Applied,
): Received<RunUpdate> {
  session.progress = progress;
  session.gaps = advanced ? 0 : session.gaps + Number(verdict === "gap");
  if (session.gaps > GAPS_WITH_TOKEN) session.progress = withoutToken(progress);
  if (verdict === "gone") session.phase = "read";
  if (verdict === "quiet") session.phase = "confirm";
  return {
    updates,
    progress: advanced,
    ...nextAfter(verdict),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

function nextAfter(verdict: Applied["verdict"]): Pick<Received<RunUpdate>, "next" | "cause"> {
  switch (verdict) {
    case "read":
      return { next: "read" };
    case "ended":
      return { next: "finish" };
    case "gone":
    case "quiet":
      return { next: "reopen" };
    case "moved":
      return { next: "resume", cause: unavailable("the server moved the stream") };
    case "gap":
      return { next: "resume", cause: new ConnectError("frames are missing in the stream", Code.DataLoss) };
  }
}

function dropped(): Received<RunUpdate> {
  const cause = unavailable("the stream ended before the run did");
  return { updates: [], next: "resume", progress: false, cause };
}

function isTransient(session: Session, error: ConnectError): boolean {
  if (session.phase === "start") return isTransientOnCall(error);
  // Asking for a run that is being watched is part of the stream.
  if (session.phase !== "watch") return isTransientOnCall(error) || reasonOf(error) === "RATE_LIMITED";
  const reason = session.progress.token.value === "" ? undefined : reasonOf(error);
  // Neither is the end of the run: it can be read back, or its line from the first frame.
  if (reason === "RESUME_GONE") session.phase = "read";
  if (reason === "RESUME_TOKEN_INVALID") session.progress = withoutToken(session.progress);
  return reason === "RESUME_GONE" || reason === "RESUME_TOKEN_INVALID" || isTransientOnStream(error);
}

function startRequest(init: MessageInitShape<typeof StartRunRequestSchema>): StartRunRequest {
  const request = create(StartRunRequestSchema, init);
  // One id for all attempts: a start whose answer was lost is repeated, not doubled.
  return request.requestId === "" ? { ...request, requestId: crypto.randomUUID() } : request;
}

function unavailable(message: string): ConnectError {
  return new ConnectError(message, Code.Unavailable);
}

async function* once<T>(answer: Promise<T>): AsyncIterable<T> {
  yield await answer;
}
