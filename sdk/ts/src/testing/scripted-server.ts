import {
  InferenceService,
  type WatchRunRequest,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { ResumeState, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import { createUniversalHandlerClient, type UniversalClientFn } from "@connectrpc/connect/protocol";
import { type Fault, refusal, withFault } from "./faults.ts";
import { type FrameLog, HEARTBEAT_MS } from "./frame-log.ts";

/** How the server answers where the contract leaves it the choice. */
export interface ServerOptions {
  readonly log: FrameLog;
  /** What goes wrong on the first, second, … connection; nothing on later ones. */
  readonly faults: readonly Fault[];
  /** How the first, second, … StartRun fails: before or after it took effect. */
  readonly startFaults: readonly ("before" | "after")[];
  /** Whether a lost line is told from its first frame, or its snapshot shows the end. */
  readonly snapshotAtStart: boolean;
  /** Whether a snapshot of an ended run is followed by its status. */
  readonly tellsStatus: boolean;
  /** Whether a connection that outlives its line goes on with the next one unannounced. */
  readonly leaksEpochs: boolean;
}

/** Serves one run as the contract says, with the faults of the plan. */
export function serveRun(options: ServerOptions) {
  const { log } = options;
  const stats = { connections: 0, starts: 0, requestIds: new Set<string>() };
  const faultOf = (connection: number): Fault => options.faults[connection] ?? { kind: "none" };
  const inner = createUniversalHandlerClient(
    handlers((router) =>
      router.service(InferenceService, {
        startRun({ requestId }) {
          const fault = options.startFaults[stats.starts++];
          if (fault === "before") throw refusal("UNAVAILABLE");
          stats.requestIds.add(requestId);
          if (fault === "after") throw refusal("UNAVAILABLE");
          return { run: { runId: log.runId, state: RunState.QUEUED } };
        },
        getRun() {
          return { run: { ...runOf(log), parts: log.story.parts() } };
        },
        async *watchRun(request, { requestHeader, signal }) {
          const fault = faultOf(Number(requestHeader.get(CONNECTION)));
          if (fault.kind === "refused" && request.resumeToken !== "") throw refusal(fault.reason);
          const frames = withFault(watch(options, request, fault, signal), fault, log, signal);
          for await (const frame of frames) yield { frame };
        },
      }),
    ),
  );
  const httpClient: UniversalClientFn = async (request) => {
    if (!request.url.endsWith("/WatchRun")) return await inner(request);
    const fault = faultOf(stats.connections);
    request.header.set(CONNECTION, String(stats.connections++));
    const response = await inner(request);
    return fault.kind === "bytes"
      ? { ...response, body: cutBytes(response.body, fault.at, fault.orderly) }
      : response;
  };
  return { httpClient, stats };
}

const CONNECTION = "x-connection";

function runOf({ runId, story }: FrameLog) {
  return { runId, state: story.state, attempt: story.attempt };
}

function handlers(routes: (router: ConnectRouter) => void) {
  const router = createConnectRouter({ connect: true });
  routes(router);
  return router.handlers;
}

async function* watch(
  options: ServerOptions,
  request: WatchRunRequest,
  fault: Fault,
  signal: AbortSignal,
): AsyncGenerator<RunFrame> {
  const { log } = options;
  if (fault.kind === "replica") await new Promise((resolve) => setTimeout(resolve, fault.afterMs));
  let { epoch } = log;
  const start = position(options, request, fault);
  yield* start.frames;
  if (start.gone) return;
  for (let seq = start.seq; ;) {
    if (log.epoch !== epoch) {
      if (!options.leaksEpochs) return;
      epoch = log.epoch;
      seq = 0;
    }
    if (seq < log.base) return;
    const frame = log.at(seq + 1);
    if (frame !== undefined) {
      seq++;
      yield frame;
      continue;
    }
    if (log.endedSilently) yield* final(log);
    if (log.ended || signal.aborted) return;
    const { high } = log;
    await log.changed(HEARTBEAT_MS, signal);
    if (log.high === high && log.epoch === epoch) {
      yield log.heartbeat();
    }
  }
}

/** The whole answer and the end, as the database has them; off the line. */
function final(log: FrameLog): RunFrame[] {
  const { frame, ...rest } = log.snapshot(false);
  if (frame.case === "snapshot") frame.value.seq = 0n;
  return [{ ...rest, frame, resumeToken: "" }, log.frame(0, log.status())];
}

interface Position {
  readonly frames: RunFrame[];
  readonly seq: number;
  readonly gone: boolean;
}

function position(options: ServerOptions, request: WatchRunRequest, fault: Fault): Position {
  const { log, snapshotAtStart, tellsStatus } = options;
  if (request.resumeToken === "") {
    if (log.base === 0 && log.epochs === 1) return { frames: [], seq: 0, gone: false };
  } else {
    const [epoch, tokenSeq] = JSON.parse(request.resumeToken) as [string, number];
    const seq = Math.max(tokenSeq, Number(request.afterSeq));
    if (fault.kind === "gone") return { frames: [resumed(log, ResumeState.GONE, 0)], seq: 0, gone: true };
    const expired = fault.kind === "expired";
    if (fault.kind === "lie" || (!expired && epoch === log.epoch && seq >= log.base)) {
      return { frames: [resumed(log, ResumeState.CONTINUED, seq + 1)], seq, gone: false };
    }
  }
  const atStart = snapshotAtStart && log.base === 0;
  const seq = atStart ? 0 : log.high;
  const again = !atStart && log.ended && tellsStatus ? log.at(log.high) : undefined;
  const snapshot = log.snapshot(atStart);
  if (again !== undefined && snapshot.frame.case === "snapshot") snapshot.frame.value.seq--;
  const from = again === undefined ? seq : seq - 1;
  const announced = resumed(log, ResumeState.SNAPSHOT_THEN_CONTINUED, from + 1);
  return { frames: request.resumeToken === "" ? [snapshot] : [announced, snapshot], seq: from, gone: false };
}

function resumed(log: FrameLog, state: ResumeState, nextSeq: number): RunFrame {
  const { epoch } = log;
  // Its token is a trap: it names a position that a reader who loses the next frame has not reached.
  const token = log.token(nextSeq - 1);
  return log.frame(0, { case: "resumed", value: { state, epoch, nextSeq: BigInt(nextSeq) } }, token);
}

async function* cutBytes(
  body: AsyncIterable<Uint8Array>,
  at: number,
  orderly: boolean,
): AsyncIterable<Uint8Array> {
  let left = at;
  for await (const chunk of body) {
    if (chunk.length >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      if (orderly) return;
      throw new Error("socket hang up");
    }
    left -= chunk.length;
    yield chunk;
  }
}
