import { connect, constants, type ClientHttp2Session } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { quantile } from "../harness/rounds.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { createTally, FrameReader } from "./frame-reader.ts";
import { clock } from "./token-text.ts";
import { watchEnvelope } from "./watch-envelope.ts";

/** Opens streams at a fixed rate and reads them all. */

const STREAMS_PER_SESSION = 1000;
const OPEN_EVERY_MILLISECONDS = 10;
const WINDOW_BYTES = 16 * 1024 * 1024;

interface Load {
  address: string;
  token: string;
  runIds: string[];
  opensPerSecond: number;
}

const state = {
  tally: createTally(),
  readers: [] as FrameReader[],
  firstFrames: [] as number[],
  ended: 0,
  sessions: [] as ClientHttp2Session[],
  allEnded: Promise.withResolvers<void>(),
  openingMilliseconds: 0,
};

// One look at the clock per chunk would cost more than the chunk.
let now = clock();
const tick = () => (now = clock());

async function open({ address, token, runIds, opensPerSecond }: Load): Promise<void> {
  for (let i = 0; i < runIds.length; i += STREAMS_PER_SESSION) state.sessions.push(sessionTo(address));
  const start = performance.now();
  for (let opened = 0; opened < runIds.length;) {
    const due = Math.min(runIds.length, Math.ceil(((performance.now() - start) / 1000) * opensPerSecond));
    for (; opened < due; opened++) {
      const session = state.sessions[Math.floor(opened / STREAMS_PER_SESSION)];
      if (session) openStream(session, token, runIds[opened] ?? "", runIds.length);
    }
    await sleep(OPEN_EVERY_MILLISECONDS);
  }
  state.openingMilliseconds = performance.now() - start;
}

function sessionTo(address: string): ClientHttp2Session {
  const session = connect(address, { settings: { initialWindowSize: WINDOW_BYTES }, maxSessionMemory: 1000 });
  session.on("connect", () => session.setLocalWindowSize(WINDOW_BYTES));
  session.on("error", (error) => state.tally.faults.push(String(error)));
  return session;
}

function openStream(session: ClientHttp2Session, token: string, runId: string, count: number): void {
  const asked = performance.now();
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: `/${InferenceService.typeName}/WatchRun`,
    "content-type": "application/connect+proto",
    "connect-protocol-version": "1",
    "connect-accept-encoding": "gzip",
    authorization: `Bearer ${token}`,
  });
  const reader = new FrameReader(state.tally, () => now);
  state.readers.push(reader);
  stream.on("data", (chunk: Buffer) => {
    tick();
    if (reader.measureFrom === undefined) state.firstFrames.push(performance.now() - asked);
    reader.measureFrom ??= now;
    reader.take(chunk);
  });
  stream.on("error", (error) => state.tally.faults.push(String(error)));
  stream.on("close", () => {
    if (++state.ended === count) state.allEnded.resolve();
  });
  stream.end(watchEnvelope(runId));
}

/** Waits for the end of all streams, at most so long. */
async function finish({ milliseconds, tokensPerRun }: { milliseconds: number; tokensPerRun: number }) {
  await Promise.race([state.allEnded.promise, sleep(milliseconds)]);
  for (const session of state.sessions) session.destroy();
  const { tally, readers, firstFrames, ended, openingMilliseconds } = state;
  return {
    tokens: tally.tokens,
    frames: tally.frames,
    faults: tally.faults,
    ended,
    complete: readers.filter((reader) => reader.isOver && reader.tokens === tokensPerRun).length,
    delivery: {
      p50: quantileOf(tally.delays, 0.5),
      p99: quantileOf(tally.delays, 0.99),
      max: quantileOf(tally.delays, 1),
    },
    measured: tally.delays.reduce((sum, count) => sum + count, 0),
    firstFrame: { p50: quantile(firstFrames, 0.5), p99: quantile(firstFrames, 0.99) },
    openingMilliseconds,
  };
}

/** Milliseconds, of counts by tenths of one. */
function quantileOf(counts: Uint32Array, q: number): number {
  const wanted = q * counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  return counts.findIndex((count) => (seen += count) >= wanted && count > 0) / 10;
}

servePeer({ open, finish });
