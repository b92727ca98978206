import { ArtifactQueryService } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { ErrorInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { array, assert, asyncProperty, boolean, nat, record } from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAmeide } from "./create-ameide.ts";
import { inVirtualTime, useVirtualTime } from "./testing/virtual-time.ts";
import type { WatchOptions } from "./watch-updates.ts";

beforeEach(useVirtualTime);
afterEach(() => vi.useRealTimers());

type Step = number | Error | "hang" | "deleted" | "heartbeat";

const DELETED = { update: { case: "deleted" as const, value: {} } };
const CHANGED = { update: { case: "chat" as const, value: {} } };

type Update = Partial<typeof DELETED | typeof CHANGED> & { version: bigint; checkpointToken: string };

/** A server that sends these versions on each connection. */
function server(...connections: Step[][]) {
  const tokens: string[] = [];
  async function* stream(token: string, signal: AbortSignal): AsyncGenerator<Update> {
    for (const step of connections[tokens.push(token) - 1] ?? ["hang"]) {
      if (step instanceof Error) throw step;
      if (step === "hang") await new Promise((resolve) => signal.addEventListener("abort", resolve));
      else if (step === "deleted") yield { ...DELETED, version: 99n, checkpointToken: "v99" };
      else if (step === "heartbeat") yield { version: BigInt(token.slice(1)), checkpointToken: token };
      else yield { ...CHANGED, version: BigInt(step), checkpointToken: `v${step}` };
    }
  }
  const ameide = createAmeide({
    baseUrl: "https://in-memory",
    token: "t",
    reconnect: { random: () => 0 },
    transport: ({ interceptors }) =>
      createRouterTransport(
        ({ service }) => {
          service(ChatQueryService, {
            streamChatUpdates: ({ checkpointToken }, { signal }) => stream(checkpointToken, signal),
          });
          service(ArtifactQueryService, {
            async *streamArtifactUpdates({ checkpointToken: token }, { signal }) {
              for await (const { update, version, checkpointToken } of stream(token, signal))
                yield {
                  ...(update && { update: { case: "artifact", value: {} } }),
                  version,
                  checkpointToken,
                };
            },
          });
        },
        { transport: { interceptors } },
      ),
  });
  return { ameide, tokens };
}

async function take(updates: AsyncIterable<{ version: bigint }>, count: number): Promise<number[]> {
  const versions: number[] = [];
  for await (const { version } of updates) {
    versions.push(Number(version));
    if (versions.length === count) break;
  }
  return versions;
}

const broken = new ConnectError("x", Code.Unavailable);

describe("the updates of an artifact", () => {
  const read = (count: number, connections: Step[][], options?: WatchOptions) => {
    const { ameide, tokens } = server(...connections);
    return inVirtualTime(take(ameide.watchArtifact("a1", options), count)).then((versions) => ({
      versions,
      tokens,
    }));
  };

  it("go on behind a drop from the last checkpoint, each once", async () => {
    expect(
      await read(5, [
        [1, 2, broken],
        [2, 3],
        [4, 4, 5],
      ]),
    ).toEqual({
      versions: [1, 2, 3, 4, 5],
      tokens: ["", "v2", "v3"],
    });
  });

  it("that are missing are asked for again", async () => {
    expect(
      await read(3, [
        [1, 3],
        [2, 3],
      ]),
    ).toEqual({ versions: [1, 2, 3], tokens: ["", "v1"] });
    expect(await read(2, [[2], [1, 2]])).toEqual({ versions: [1, 2], tokens: ["", ""] });
  });

  it("begin where the caller says", async () => {
    expect(await read(2, [[8, 9]], { checkpointToken: "v7" })).toEqual({ versions: [8, 9], tokens: ["v7"] });
    const gap = await read(2, [[9], [8, 9]], { checkpointToken: "v7", version: 7n });
    expect(gap).toEqual({ versions: [8, 9], tokens: ["v7", "v7"] });
  });

  it("say nothing of heartbeats, which place a token that came without its version", async () => {
    const from = { checkpointToken: "v7" };
    expect(await read(1, [["heartbeat", "heartbeat", 8]], from)).toEqual({ versions: [8], tokens: ["v7"] });
    const gap = await read(
      2,
      [
        ["heartbeat", 9],
        [8, 9],
      ],
      from,
    );
    expect(gap).toEqual({ versions: [8, 9], tokens: ["v7", "v7"] });
  });

  it("are opened anew when not even a heartbeat comes, for as long as it takes", async () => {
    const idle = Array.from({ length: 12 }, (): Step[] => ["hang"]);
    expect((await read(1, [...idle, [1]])).versions).toEqual([1]);
    expect(performance.now()).toBeGreaterThan(12 * 40_000);
  });

  it("end with an error when the server never closes a gap", async () => {
    await expect(
      read(
        9,
        Array.from({ length: 20 }, () => [1, 3]),
      ),
    ).rejects.toMatchObject({ code: Code.DataLoss });
  });

  it("survive a checkpoint that the server does not know any more, if the version is known", async () => {
    const value = { reason: "RESUME_TOKEN_INVALID", domain: "ameide" };
    const unknown = new ConnectError("x", Code.InvalidArgument, undefined, [
      { desc: ErrorInfoSchema, value },
    ]);
    const { versions, tokens } = await read(3, [[1, 2, broken], [unknown], [1, 2, 3]]);
    expect(versions).toEqual([1, 2, 3]);
    expect(tokens).toEqual(["", "v2", ""]);
    await expect(read(1, [[unknown]], { checkpointToken: "x" })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  it("end when they are refused or the caller stops", async () => {
    await expect(read(1, [[new ConnectError("x", Code.NotFound)]])).rejects.toMatchObject({
      code: Code.NotFound,
    });
    const signal = AbortSignal.abort();
    await expect(read(1, [["hang"]], { signal })).rejects.toMatchObject({ code: Code.Canceled });
  });

  it("are all there, once and in order, wherever the stream is cut", async () => {
    const connection = record({ repeats: nat(3), skips: boolean(), length: nat(6) });
    const property = asyncProperty(array(connection, { maxLength: 8 }), async (plan) => {
      let high = 0;
      const connections = plan.map(({ repeats, skips, length }): Step[] => {
        const from = Math.max(1, high + 1 - repeats) + Number(skips);
        const versions = Array.from({ length }, (_, index) => from + index);
        if (!skips || repeats > 0) high = Math.max(high, from + length - 1);
        return [...versions, broken];
      });
      const everything = Array.from({ length: 40 }, (_, index) => index + 1);
      const { versions } = await read(40, [...connections, everything]);
      expect(versions).toEqual(everything);
    });
    await expect(assert(property, { numRuns: 300 })).resolves.toBeUndefined();
  });
});

describe("the updates of a chat", () => {
  it("end when it is deleted", async () => {
    const { ameide } = server([98, "deleted", 100]);
    const updates = ameide.watchChat("c1", { checkpointToken: "v97" });
    expect(await inVirtualTime(take(updates, 9))).toEqual([98, 99]);
  });
});
