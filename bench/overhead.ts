import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { createClient, type Client } from "@connectrpc/connect";
import { findPostgres, startPostgres } from "../services/testing/postgres-server.ts";
import { startAmeide } from "./harness/ameide-process.ts";
import { connectTo, devToken } from "./harness/connect-client.ts";
import { cpuMicros } from "./harness/cpu-time.ts";
import { startPeer } from "./harness/peer.ts";
import { createDelays, createTokenClock, inMilliseconds, type Delays } from "./overhead/delays.ts";

/** Asks once and reads to the end. */
type Ask = (delays: Delays) => Promise<void>;

const MODEL = "model";
/** Calls per second: short answers, as fast as they come. */
const BUSY = { tokens: 8, milliseconds: 0 };
const IN_FLIGHT = 32;
const BUSY_SECONDS = 6;
/** Latency: answers at the pace of a model, begun at half the rate that the busy gateway managed. */
const PACED = { tokens: 20, milliseconds: 30 };
const PACED_SECONDS = 8;
const ROUNDS = 3;

/** What our gateway, budget, queue and agent add to a provider that is asked directly, in turns. */
export async function overhead() {
  const embedded = await measure({});
  const bin = findPostgres();
  if (bin === undefined) return { embedded, skipped: "PostgreSQL is not installed" };
  const postgres = await startPostgres(bin);
  try {
    const secret = { TOKEN_SECRET: "x".repeat(32) };
    return { ...(await measure({ DATABASE_URL: await postgres.createDatabase(), ...secret })), embedded };
  } finally {
    await postgres.stop();
  }
}

async function measure(database: Record<string, string>) {
  const provider = await startPeer(new URL("overhead/provider-peer.ts", import.meta.url));
  const address = await provider.ask<string>("address");
  const server = await startAmeide({ MODEL_PROVIDERS: JSON.stringify([providerOf(address)]), ...database });
  try {
    const client = createClient(InferenceService, connectTo(server.baseUrl, await devToken(server.baseUrl)));
    const [ours, direct] = [byUs(client), directly(address)];
    await provider.ask("setPace", BUSY);
    await busy(ours);
    const cpu = cpuMicros(server.pid);
    const callsPerSecond = { ours: await busy(ours), direct: await busy(direct) };
    const cpuPerCall = (cpuMicros(server.pid) - cpu) / (callsPerSecond.ours * BUSY_SECONDS);
    await provider.ask("setPace", PACED);
    const rate = callsPerSecond.ours / 2;
    const delays = { ours: createDelays(), direct: createDelays() };
    for (let round = 0; round < ROUNDS; round++) {
      await paced(ours, rate, delays.ours);
      await paced(direct, rate, delays.direct);
    }
    return { ...figures(callsPerSecond, rate, delays), cpuMicrosPerCall: Math.round(cpuPerCall) };
  } finally {
    await server.stop();
    await provider.stop();
  }
}

const providerOf = (address: string) => ({
  id: "loopback",
  kind: "openai",
  base_url: address,
  api_key: "none",
  models: [{ name: MODEL, price: { input: 1, output: 1 } }],
});

function byUs(client: Client<typeof InferenceService>): Ask {
  return async (delays) => {
    const reader = createTokenClock(delays);
    const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "hello" } } }] }];
    const run = { requestId: crypto.randomUUID(), messages, model: `loopback/${MODEL}` };
    for await (const { frame } of client.generate({ run })) {
      if (frame?.frame.case === "textDelta") reader.take(frame.frame.value.text);
      if (frame?.frame.case === "error") throw new Error(frame.frame.value.message);
    }
    if (reader.tokens === 0) throw new Error("a run said nothing");
  };
}

function directly(address: string): Ask {
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({
    model: MODEL,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content: "hello" }],
  });
  return async (delays) => {
    const reader = createTokenClock(delays);
    const options = { method: "POST", agent, headers: { "content-type": "application/json" } };
    const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      request(`${address}/chat/completions`, options, resolve).on("error", reject).end(body);
    });
    for await (const line of createInterface({ input: answer })) {
      if (!line.startsWith("data: {")) continue;
      const { choices } = JSON.parse(line.slice("data: ".length)) as Chunk;
      const content = choices[0]?.delta.content;
      if (content) reader.take(content);
    }
    if (reader.tokens === 0) throw new Error("the provider said nothing");
  };
}

interface Chunk {
  choices: { delta: { content?: string } }[];
}

/** Calls per second with so many in flight. */
async function busy(ask: Ask): Promise<number> {
  const delays = createDelays();
  const start = performance.now();
  const isOver = () => performance.now() - start > BUSY_SECONDS * 1000;
  const repeat = async () => {
    while (!isOver()) await ask(delays);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, repeat));
  return (delays.first.length / (performance.now() - start)) * 1000;
}

/** Begins calls at a rate, whether those before are over or not. */
async function paced(ask: Ask, perSecond: number, delays: Delays): Promise<void> {
  const asked: Promise<void>[] = [];
  const start = performance.now();
  for (let due = 0; due < perSecond * PACED_SECONDS; due++) {
    const wait = start + (due / perSecond) * 1000 - performance.now();
    if (wait > 0) await sleep(wait);
    asked.push(ask(delays));
  }
  await Promise.all(asked);
}

function figures(
  callsPerSecond: Record<"ours" | "direct", number>,
  rate: number,
  delays: Record<"ours" | "direct", Delays>,
) {
  const [ours, direct] = [summaryOf(delays.ours), summaryOf(delays.direct)];
  const added = (of: keyof Delays) => rounded(ours[of].p50 - direct[of].p50);
  return {
    addedP50: {
      firstToken: added("first"),
      laterTokens: added("later"),
      untilFirstToken: added("untilFirst"),
    },
    unit: "ms",
    target: { firstToken: 2, laterTokens: 2 },
    atCallsPerSecond: rounded(rate),
    ours,
    direct,
    callsPerSecond: { ours: rounded(callsPerSecond.ours), direct: rounded(callsPerSecond.direct) },
    tokensPerAnswer: PACED.tokens,
    millisecondsPerToken: PACED.milliseconds,
  };
}

const summaryOf = ({ untilFirst, first, later }: Delays) => ({
  untilFirst: inMilliseconds(untilFirst),
  first: inMilliseconds(first),
  later: inMilliseconds(later),
});

const rounded = (value: number): number => Math.round(value * 10) / 10;
