import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import {
  StartRunRequestSchema,
  WatchRunResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createContextValues } from "@connectrpc/connect";
import { createAgentExecutor } from "../execution/agent-executor.ts";
import { deleteCheckpoints } from "../execution/checkpoints/checkpoint-store.ts";
import { startRunLoop, type RunLoop, type RunLoopDeps } from "../execution/run-loop.ts";
import { createResumeTokens, type ResumeTokens } from "../gateway/run-streams/resume-token.ts";
import { frameResponses } from "../gateway/run-streams/frame-responses.ts";
import type { FrameReader } from "../gateway/run-streams/stored-frame.ts";
import { watchRun, type WatchDeps } from "../gateway/run-streams/watch-run.ts";
import { startRun } from "../inference/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Bus } from "../platform/bus/bus.ts";
import { createInProcessBus } from "../platform/bus/in-process-bus.ts";
import { parseConfig, type ProviderConfig } from "../platform/config/config.ts";
import { createDatabase, type Database } from "../platform/db/database.ts";
import { migrate } from "../platform/db/migrate.ts";
import { openPglite } from "../platform/db/pglite-driver.ts";
import type { FrameLog } from "../platform/frame-log/frame-log.ts";
import { createInProcessFrameLog } from "../platform/frame-log/in-process-frame-log.ts";
import { createInProcessObjectStore } from "../platform/object-store/in-process-object-store.ts";
import { createTokenSealer } from "../platform/tokens/sealed-token.ts";
import { createInProcessWorkQueue } from "../platform/work-queue/in-process-work-queue.ts";
import type { WorkQueue } from "../platform/work-queue/work-queue.ts";
import { composeSlices, type Slices } from "../slices.ts";

/** The domain without the edge, for what cannot be told the real server: its clock, its frame log, its heartbeat. */
export interface TestSlices extends Slices {
  /** What the clock is ahead of the real one, in milliseconds. */
  clock: { ahead: number };
  watchDeps: WatchDeps;
  loopDeps: RunLoopDeps;
  /** What executors warned of. */
  warnings: { message: string; details: Record<string, unknown> }[];
  startLoop(deps?: Partial<RunLoopDeps>): RunLoop;
  start(actor: Actor, text: string, fields?: MessageInitShape<typeof StartRunRequestSchema>): Promise<string>;
  watch(actor: Actor, runId: string, place?: WatchPlace): AsyncIterable<{ frame: RunFrame }>;
  close(): Promise<void>;
}

export interface WatchPlace {
  resumeToken?: string;
  afterSeq?: bigint;
  signal?: AbortSignal;
  deps?: Partial<WatchDeps>;
}

export interface TestSlicesOptions {
  /** Stays open. Default: a fresh one in memory. */
  database?: Database;
  log?: FrameLog;
  bus?: Bus;
  workQueue?: WorkQueue;
  providers?: readonly ProviderConfig[];
  offlineTokensPerSecond?: number;
  env?: Readonly<Record<string, string>>;
}

/** A fresh person of a fresh tenant, unless told otherwise. */
export function actorOf(fields: Partial<Actor> = {}): Actor {
  return {
    tenantId: uuidv7(),
    userId: `user-${uuidv7()}`,
    roles: ["editor"],
    teams: [],
    traceId: "",
    ...fields,
  };
}

export async function openTestSlices(options: TestSlicesOptions = {}): Promise<TestSlices> {
  const { log = createInProcessFrameLog(), providers = [], offlineTokensPerSecond = 0, env = {} } = options;
  const database = options.database ?? (await openMemory());
  const config = parseConfig({ MODEL_PROVIDERS: JSON.stringify(providers), ...env });
  const clock = { ahead: 0 };
  const now = () => new Date(Date.now() + clock.ahead);
  const { bus = createInProcessBus(), workQueue = createInProcessWorkQueue() } = options;
  const objects = createInProcessObjectStore();
  const slices = composeSlices(config, { database, bus, workQueue, log, objects, now });
  const tokens: ResumeTokens = createResumeTokens(createTokenSealer(Buffer.alloc(32, 7)), now);
  const draining = new AbortController();
  const watchDeps = { ...slices, tokens, draining: draining.signal, heartbeatMilliseconds: 8000 };
  const warnings: TestSlices["warnings"] = [];
  const executor = createAgentExecutor({ ...slices, providers, offlineTokensPerSecond });
  const loopDeps: RunLoopDeps = {
    ...slices,
    executor,
    executorId: "test",
    concurrency: 64,
    leaseSeconds: 15,
    forget: (tenantId, runId) => database.transaction(tenantId, (tx) => deleteCheckpoints(tx, runId)),
    warn: (message, details) => void warnings.push({ message, details }),
  };
  const loops: RunLoop[] = [];
  return {
    ...slices,
    clock,
    watchDeps,
    loopDeps,
    warnings,
    startLoop(deps = {}) {
      const loop = startRunLoop({ ...loopDeps, ...deps });
      loops.push(loop);
      return loop;
    },
    start: async (actor, text, fields = {}) => {
      const messages = [{ parts: [{ kind: { case: "text" as const, value: { text } } }] }];
      const request = create(StartRunRequestSchema, { requestId: uuidv7(), messages, ...fields });
      return (await startRun(slices, actor, request)).run?.runId ?? "";
    },
    watch: (actor, runId, place) => framesOf(watchDeps, actor, runId, place),
    async close() {
      draining.abort();
      await Promise.all(loops.map((loop) => loop.stop(0)));
      if (options.database === undefined) await database.close();
    },
  };
}

/** As a reader that takes one frame at a time; leaving the loop is leaving the stream. */
async function* framesOf(
  watchDeps: WatchDeps,
  actor: Actor,
  runId: string,
  { resumeToken = "", afterSeq = 0n, signal, deps = {} }: WatchPlace = {},
): AsyncGenerator<{ frame: RunFrame }> {
  const left = new AbortController();
  const context = {
    requestHeader: new Headers({ "content-type": "application/json" }),
    responseHeader: new Headers(),
    values: createContextValues(),
    signal: signal ? AbortSignal.any([signal, left.signal]) : left.signal,
  };
  const wanted = { runId, resumeToken, afterSeq };
  const watching = Promise.withResolvers<void>();
  const tell = (reader: FrameReader) =>
    watchRun({ ...watchDeps, ...deps }, actor, wanted, reader).finally(watching.resolve);
  const respond = (frame?: RunFrame) => create(WatchRunResponseSchema, { ...(frame && { frame }) });
  try {
    for await (const { frame } of frameResponses(respond, tell, context)) if (frame) yield { frame };
  } finally {
    left.abort();
    await watching.promise;
  }
}

async function openMemory(): Promise<Database> {
  const driver = await openPglite(undefined);
  await migrate(driver, join(import.meta.dirname, "../migrations"));
  return createDatabase(driver);
}
