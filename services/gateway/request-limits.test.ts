import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { v7 as uuidv7 } from "uuid";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError } from "../platform/config/config.ts";
import { createInProcessRateLimiter } from "../platform/rate-limit/in-process-rate-limiter.ts";
import { createInProcessStreamPlaces } from "../platform/rate-limit/in-process-stream-places.ts";
import { createRedisRateLimiter } from "../platform/rate-limit/redis-rate-limiter.ts";
import { createRedisStreamPlaces } from "../platform/rate-limit/redis-stream-places.ts";
import { openRedis } from "../platform/redis/redis-connection.ts";
import { available } from "../testing/requirements.ts";
import { sharedRedis } from "../testing/shared-servers.ts";
import { refusalOf } from "../testing/refusal.ts";
import { STUB_IDENTITY, startStubGateway, type StubGateway } from "../testing/stub-gateway.ts";
import { PUBLIC_SERVICES } from "./gateway.ts";
import { createRequestLimits, type RequestLimits, type RequestLimitSettings } from "./request-limits.ts";

const UNLIMITED: RequestLimitSettings = {
  userPerMinute: 0,
  userReadsPerMinute: 0,
  tenantPerMinute: 0,
  tenantReadsPerMinute: 0,
  methodsPerMinute: {},
  streamsPerUser: 0,
  streamsPerTenant: 0,
};
const TRANSPORTS = {
  connect: createConnectTransport,
  grpc: createGrpcTransport,
  "grpc-web": createGrpcWebTransport,
};
type Protocol = keyof typeof TRANSPORTS;
const PROTOCOLS = Object.keys(TRANSPORTS) as Protocol[];
const SOON = { timeout: 10_000 };

const inProcess = () => ({ rates: createInProcessRateLimiter(), places: createInProcessStreamPlaces() });

const limitsOf = (settings: Partial<RequestLimitSettings>, counted: RequestLimits = inProcess()) =>
  createRequestLimits(counted, { ...UNLIMITED, ...settings }, PUBLIC_SERVICES);

let gateways: StubGateway[] = [];
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close(0)));
  gateways = [];
});

/** Chats that are all alike, read by whoever the token names: "tenant:user". */
async function startLimited(settings: Partial<RequestLimitSettings>, counted?: RequestLimits) {
  const gateway = await startStubGateway(
    {
      chatQueries: {
        getChat: ({ chatId }) => ({ chat: { chatId } }),
        async *streamChatUpdates({ chatId }, { signal }) {
          yield { update: { case: "artifactRemoved", value: chatId } };
          if (chatId === ENDING) return;
          if (chatId === FAILING) throw new Error("a fault");
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      },
      chatCommands: { createChat: () => ({ chat: { chatId: uuidv7() } }) },
    },
    {
      admit: limitsOf(settings, counted),
      verify: async (token) => {
        const [tenantId = "", userId = ""] = token.split(".");
        return { ...STUB_IDENTITY, tenantId, userId };
      },
    },
  );
  gateways.push(gateway);
  return {
    gateway,
    as: (token: string, protocol: Protocol = "connect") => clientsOf(gateway, token, protocol),
  };
}

const ENDING = uuidv7();
const FAILING = uuidv7();

function clientsOf({ baseUrl }: StubGateway, token: string, protocol: Protocol) {
  const authorize: Interceptor = (next) => (req) => {
    req.header.set("authorization", `Bearer ${token}`);
    return next(req);
  };
  const session = new Http2SessionManager(baseUrl);
  const transport = TRANSPORTS[protocol]({
    baseUrl,
    httpVersion: "2",
    sessionManager: session,
    interceptors: [authorize],
  });
  const queries = createClient(ChatQueryService, transport);
  return {
    session,
    create: () => createClient(ChatCommandService, transport).createChat({}),
    get: () => queries.getChat({ chatId: uuidv7() }),
    /** Opens a stream and reads its first message. */
    async open(chatId: string = uuidv7(), signal?: AbortSignal) {
      const stream = queries.streamChatUpdates({ chatId }, signal ? { signal } : {});
      const reader = stream[Symbol.asyncIterator]();
      await reader.next();
      return reader;
    },
  };
}

describe("calls per minute", () => {
  // Seen to fail when a used up allowance refuses nobody.
  it.each(PROTOCOLS)(
    "over %s are refused beyond the limit, with the reason and when to try again",
    async (protocol) => {
      const { as } = await startLimited({ userPerMinute: 3 });
      const alice = as("t1.alice", protocol);
      for (let i = 0; i < 3; i++) await alice.create();
      expect(await refusalOf(alice.create())).toEqual({
        code: "ResourceExhausted",
        reason: "RATE_LIMITED",
        metadata: { scope: "user", limit: "3", window_seconds: "60" },
      });
      const error = await alice.create().catch((thrown: unknown) => ConnectError.from(thrown));
      const [retry] = (error as ConnectError).findDetails(RetryInfoSchema);
      expect(Number(retry?.retryDelay?.seconds)).toBeGreaterThan(50);
      expect(Number(retry?.retryDelay?.seconds)).toBeLessThanOrEqual(60);
    },
  );

  // Moved behind the body, the second answer is 400: the bytes are no JSON.
  it("are refused with HTTP 429 and Retry-After before the body is read", async () => {
    const { gateway } = await startLimited({ userPerMinute: 1 });
    const post = (body: string) =>
      fetch(`${gateway.baseUrl}/${ChatCommandService.typeName}/CreateChat`, {
        method: "POST",
        headers: { authorization: "Bearer t1.alice", "content-type": "application/json" },
        body,
      });
    expect((await post("{}")).status).toBe(200);
    const refused = await post("no JSON");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(await refused.json()).toMatchObject({ code: "resource_exhausted" });
  });

  it("count reads apart from commands, users and tenants apart from each other", async () => {
    const { as } = await startLimited({ userPerMinute: 1, userReadsPerMinute: 2, tenantPerMinute: 3 });
    const [alice, bob, carol] = [as("t1.alice"), as("t1.bob"), as("t2.alice")];
    await alice.create();
    for (let i = 0; i < 5; i++) expect((await refusalOf(alice.create())).reason).toBe("RATE_LIMITED");
    await alice.get();
    await alice.get();
    expect((await refusalOf(alice.get())).metadata).toMatchObject({ scope: "user", counted: "reads" });
    await bob.create();
    await carol.create();
    await as("t1.dave").create();
    expect((await refusalOf(as("t1.erin").create())).metadata).toMatchObject({ scope: "tenant", limit: "3" });
  });

  it("of a single method have their own limit", async () => {
    const name = `${ChatQueryService.typeName}/GetChat`;
    const { as } = await startLimited({ methodsPerMinute: { [name]: 1 } });
    const alice = as("t1.alice");
    await alice.get();
    expect((await refusalOf(alice.get())).metadata).toMatchObject({ scope: "method", counted: name });
    await alice.create();
    await as("t1.bob").get();
  });

  it("a limit for a method that does not exist stops the start", () => {
    const methodsPerMinute = { "ameide.chat.v1.ChatQueryService/GetChats": 1 };
    expect(() => limitsOf({ methodsPerMinute })).toThrow(ConfigError);
    const known = { [`${InferenceService.typeName}/Generate`]: 1 };
    expect(() => limitsOf({ methodsPerMinute: known })).not.toThrow();
  });
});

describe.skipIf(!available("redis"))("two gateways over one Redis", () => {
  // With counters in each process, twice as much gets through.
  it("let through what one would", async () => {
    const url = await sharedRedis();
    const connections = [openRedis(url), openRedis(url)];
    await Promise.all(connections.map((redis) => redis.whenUp(20_000)));
    const settings = { userPerMinute: 6, streamsPerUser: 3 };
    const servers = await Promise.all(
      connections.map((redis) =>
        startLimited(settings, {
          rates: createRedisRateLimiter(redis),
          places: createRedisStreamPlaces(redis),
        }),
      ),
    );
    const token = `${uuidv7()}.alice`;
    const clients = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1].map((i) => (servers[i] ?? servers[0])?.as(token));
    const outcomesOf = async (calls: (Promise<unknown> | undefined)[]) => {
      const settled = await Promise.allSettled(calls);
      return settled.filter(({ status }) => status === "fulfilled").length;
    };
    expect(await outcomesOf(clients.map((client) => client?.create()))).toBe(6);
    expect(await outcomesOf(clients.map((client) => client?.open()))).toBe(3);
    connections.forEach((redis) => redis.close());
  });
});

describe.each(PROTOCOLS)("streams over %s", (protocol) => {
  // Seen to fail when a place that is not free refuses nobody.
  it("are refused when the user or the tenant has as many as they may", async () => {
    const { as } = await startLimited({ streamsPerUser: 2, streamsPerTenant: 3 });
    const [alice, bob] = [as("t1.alice", protocol), as("t1.bob", protocol)];
    await alice.open();
    await alice.open();
    expect(await refusalOf(alice.open())).toEqual({
      code: "ResourceExhausted",
      reason: "TOO_MANY_STREAMS",
      metadata: { scope: "user", limit: "2" },
    });
    await bob.open();
    expect((await refusalOf(bob.open())).metadata).toEqual({ scope: "tenant", limit: "3" });
    await as("t2.alice", protocol).open();
  });

  // Without the listener on the call's end in request-limits.ts, no way of ending frees a place.
  it.each(["ends", "fails", "is left by its reader", "loses its connection"])(
    "a stream that %s gives its place back",
    async (way) => {
      const { as } = await startLimited({ streamsPerUser: 1 });
      const alice = as("t1.alice", protocol);
      const leaving = new AbortController();
      const chatId = { ends: ENDING, fails: FAILING }[way] ?? uuidv7();
      const reader = await alice.open(chatId, leaving.signal);
      if (way === "is left by its reader") leaving.abort();
      if (way === "loses its connection") alice.session.abort();
      await reader.next().catch(() => undefined);
      const again = as("t1.alice", protocol);
      const opened = await vi.waitFor(() => again.open(), SOON);
      expect((await refusalOf(again.open())).reason).toBe("TOO_MANY_STREAMS");
      await opened.return?.();
    },
  );
});
