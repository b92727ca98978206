import {
  GenerateResponseSchema,
  InferenceService,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { toBinary } from "@bufbuild/protobuf";
import { createClient, type Client } from "@connectrpc/connect";
import { startAmeide } from "./harness/ameide-process.ts";
import { connectTo, devToken } from "./harness/connect-client.ts";
import { startPeer } from "./harness/peer.ts";
import { quantile, share } from "./harness/rounds.ts";

const RUNS = 200;
const RUNS_PER_ROUND = 25;
/** The first token comes at once; the others so much later that the run is not over before it was delivered. */
const TOKENS_PER_SECOND = "100";
/** Runs before the first that counts: the server's code is compiled by then. */
const WARM_UP_ROUNDS = 3;

type Inference = Client<typeof InferenceService>;

/**
 * From sending Generate to the first text, one run at a time, with the offline model; against connect-node streaming
 * the same frames from memory.
 */
export async function firstToken() {
  const server = await startAmeide({ OFFLINE_TOKENS_PER_SECOND: TOKENS_PER_SECOND });
  const peer = await startPeer(new URL("peers/bare-server.ts", import.meta.url));
  try {
    const ours = createClient(InferenceService, connectTo(server.baseUrl, await devToken(server.baseUrl)));
    const bare = createClient(InferenceService, connectTo(await peer.ask("address"), "none"));
    await peer.ask("setAnswer", await answerOf(ours));
    const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (let round = -WARM_UP_ROUNDS; round < RUNS / RUNS_PER_ROUND; round++) {
      const [o, b] = [await runSome(ours), await runSome(bare)];
      if (round >= 0) {
        times.ours.push(...o);
        times.bare.push(...b);
      }
    }
    return figures(times.ours, times.bare);
  } finally {
    await Promise.all([server.stop(), peer.stop()]);
  }
}

const request = () => ({
  run: {
    requestId: crypto.randomUUID(),
    messages: [
      { parts: [{ kind: { case: "text" as const, value: { text: "echo one two three four five six" } } }] },
    ],
  },
});

/** The messages of a real run. */
async function answerOf(ours: Inference): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for await (const message of ours.generate(request()))
    messages.push(toBinary(GenerateResponseSchema, message));
  return messages;
}

/** Milliseconds to the first text of some runs, each read to its end. */
async function runSome(client: Inference): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS_PER_ROUND; run++) {
    const start = performance.now();
    let first: number | undefined;
    for await (const { frame } of client.generate(request())) {
      if (frame?.frame.case === "textDelta") first ??= performance.now() - start;
    }
    if (first === undefined) throw new Error("a run said nothing");
    times.push(first);
  }
  return times;
}

function figures(ours: readonly number[], bare: readonly number[]) {
  const [o, b] = [quantile(ours, 0.5), quantile(bare, 0.5)];
  return {
    ours: rounded(o),
    bare: rounded(b),
    share: share(b, o),
    p95: { ours: rounded(quantile(ours, 0.95)), bare: rounded(quantile(bare, 0.95)) },
    unit: "ms (P50)",
    runs: RUNS,
    target: { ours: 30 },
  };
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
