import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { reasonOf } from "../../../sdk/ts/src/index.ts";
import { createRunLine, type RunLine } from "../run-line.ts";

/** What a reader does wrong, on its connections one after the other. */
export interface ReaderHabits {
  /** Leaves after so many frames of each connection and comes back with its token; 0: stays. */
  readonly leavesAfter: readonly number[];
  /** Opens every connection twice at once and goes on with one of them. */
  readonly opensTwice: boolean;
}

export interface Watched {
  line: RunLine;
  connections: number;
  /** How the server answered where it could not continue. */
  refusals: string[];
}

/** What a reader has before its first connection. */
export const newlyWatched = (): Watched => ({ line: createRunLine(), connections: 0, refusals: [] });

const STEADY: ReaderHabits = { leavesAfter: [], opensTwice: false };
const SILENCE_MILLISECONDS = 20_000;
const RETRY_MILLISECONDS = 150;

/**
 * Reads a run's raw frames to their end, each connection through the next of the transports, resuming by token and
 * seq as a client without our SDK would. The line holds every breach of the contract.
 */
export async function watchRaw(
  transports: readonly Transport[],
  runId: string,
  habits: ReaderHabits = STEADY,
  watched: Watched = newlyWatched(),
): Promise<Watched> {
  while (watched.line.state === undefined) {
    const transport = transports[watched.connections % transports.length];
    if (!transport) throw new Error("a reader needs a transport");
    const most = habits.leavesAfter[watched.connections] ?? 0;
    watched.connections += 1;
    try {
      const once = readOnce(transport, runId, watched.line, most);
      const again = habits.opensTwice ? readOnce(transport, runId, forkOf(watched.line), 1) : undefined;
      await Promise.all([once, again?.catch(() => undefined)]);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === "RESUME_GONE") watched.line = createRunLine();
      watched.refusals.push(reason);
    }
    if (watched.line.state === undefined) await sleep(RETRY_MILLISECONDS);
  }
  return watched;
}

async function readOnce(transport: Transport, runId: string, line: RunLine, most: number): Promise<void> {
  const leave = new AbortController();
  let silence = setTimeout(() => leave.abort(), SILENCE_MILLISECONDS);
  let frames = 0;
  try {
    const position = { resumeToken: line.token, afterSeq: line.token === "" ? 0n : BigInt(line.seq) };
    const stream = createClient(InferenceService, transport).watchRun(
      { runId, ...position },
      { signal: leave.signal },
    );
    for await (const { frame } of stream) {
      clearTimeout(silence);
      silence = setTimeout(() => leave.abort(), SILENCE_MILLISECONDS);
      if (frame) line.take(frame);
      frames += 1;
      if (frames === most) return;
    }
  } finally {
    clearTimeout(silence);
    leave.abort();
  }
}

/** A line that stands where the other one does. */
function forkOf(line: RunLine): RunLine {
  const fork = createRunLine();
  return Object.assign(fork, { text: line.text, epoch: line.epoch, seq: line.seq, token: line.token });
}

const TRANSIENT: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.Aborted,
  Code.Canceled,
  Code.DeadlineExceeded,
]);

/** What the server said; throws what no fault of ours explains. */
function refusalOf(thrown: unknown): string {
  const error = ConnectError.from(thrown);
  const reason = reasonOf(error);
  if (reason === "RESUME_GONE") return reason;
  if (error.isWireError && !TRANSIENT.has(error.code)) throw error;
  return reason ?? Code[error.code];
}
