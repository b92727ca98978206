import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { createClient, type Client } from "@connectrpc/connect";
import { connectTo, devToken } from "./harness/connect-client.ts";
import { startPeer, type Peer } from "./harness/peer.ts";
import { alternate, timed, type Round } from "./harness/rounds.ts";

const SIZES = [
  { streams: 1, messages: 20_000 },
  { streams: 100, messages: 20_000 },
  { streams: 1000, messages: 30_000 },
];
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
    const runIds = await startRuns(ours.client, Math.max(...SIZES.map((size) => size.streams)));
    const sizes = [];
    for (const { streams, messages } of SIZES) {
      const some = runIds.slice(0, streams);
      const figures = await alternate(
        ROUNDS,
        () => deliver(ours, some, messages / streams),
        () => deliver(bare, some, messages / streams),
      );
      sizes.push({ streams, messages, ...figures });
    }
    const parameters = { rounds: ROUNDS, target: 0.5 };
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

/** From the word to go until the last stream has ended. */
async function deliver({ peer, client }: Side, runIds: readonly string[], count: number): Promise<Round> {
  await peer.ask("prepare", { runIds, count });
  const open = runIds.map((runId) => openStream(client, runId, count));
  await Promise.all(open.map((o) => o.opened));
  return timed(peer.pid, (count - 1) * runIds.length, async () => {
    await peer.ask("go");
    await Promise.all(open.map((o) => o.done));
  });
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
