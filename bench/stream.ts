import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { createClient, type Client } from "@connectrpc/connect";
import { connectTo, devToken } from "./harness/connect-client.ts";
import { startPeer, type Peer } from "./harness/peer.ts";
import { alternate } from "./harness/rounds.ts";

const SIZES = [1, 100, 1000];
const MESSAGES = 20_000;
const ROUNDS = 3;

interface Side {
  peer: Peer;
  client: Client<typeof InferenceService>;
}

/** Run frames through the gateway, against connect-node streaming equal messages from a generator. */
export async function stream() {
  const ours = await sideOf(new URL("peers/gateway-server.ts", import.meta.url), devToken);
  const bare = await sideOf(new URL("peers/bare-server.ts", import.meta.url), async () => "none");
  try {
    const runIds = await startRuns(ours.client, Math.max(...SIZES));
    const sizes = [];
    for (const streams of SIZES) {
      const some = runIds.slice(0, streams);
      const figures = await alternate(
        ROUNDS,
        { pid: ours.peer.pid, units: MESSAGES, measure: () => deliver(ours, some) },
        { pid: bare.peer.pid, units: MESSAGES, measure: () => deliver(bare, some) },
      );
      sizes.push({ streams, ...figures });
    }
    const parameters = { messages: MESSAGES, rounds: ROUNDS, target: 0.5 };
    return { share: Math.min(...sizes.map((s) => s.share)), unit: "messages/s", sizes, ...parameters };
  } finally {
    await Promise.all([ours.peer.stop(), bare.peer.stop()]);
  }
}

async function sideOf(file: URL, tokenOf: (baseUrl: string) => Promise<string>): Promise<Side> {
  const peer = await startPeer(file);
  const baseUrl = await peer.ask<string>("address");
  return { peer, client: createClient(InferenceService, connectTo(baseUrl, await tokenOf(baseUrl))) };
}

/** Runs that nobody executes. */
async function startRuns(client: Side["client"], count: number): Promise<string[]> {
  const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "hello" } } }] }];
  const start = async () =>
    (await client.startRun({ requestId: crypto.randomUUID(), messages })).run?.runId ?? "";
  return Promise.all(Array.from({ length: count }, start));
}

/** Messages per second over all streams: from the word to go until the last stream has ended. */
async function deliver({ peer, client }: Side, runIds: readonly string[]): Promise<number> {
  const count = MESSAGES / runIds.length;
  await peer.ask("prepare", { runIds, count });
  const open = runIds.map((runId) => openStream(client, runId, count));
  await Promise.all(open.map((o) => o.opened));
  const start = performance.now();
  await peer.ask("go");
  await Promise.all(open.map((o) => o.done));
  return ((count - 1) * runIds.length * 1000) / (performance.now() - start);
}

/** Reads a stream to its end; throws unless each seq from 1 to `count` came once, in order. */
function openStream(client: Side["client"], runId: string, count: number) {
  const opened = Promise.withResolvers<void>();
  const read = async () => {
    let seq = 0n;
    for await (const { frame } of client.watchRun({ runId })) {
      seq += 1n;
      if (frame?.seq !== seq) throw new Error(`seq ${frame?.seq} came instead of ${seq}`);
      if (seq === 1n) opened.resolve();
    }
    if (seq !== BigInt(count)) throw new Error(`the stream ended after ${seq} of ${count}`);
  };
  const done = read();
  done.catch(opened.reject);
  return { opened: opened.promise, done };
}
