import { ProjectionService } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAmeide } from "./create-ameide.ts";
import { inVirtualTime, useVirtualTime } from "./testing/virtual-time.ts";
import type { WatchProjectionOptions } from "./watch-projection.ts";

beforeEach(useVirtualTime);
afterEach(() => vi.useRealTimers());

type Step = readonly [from: number, to: number] | "heartbeat" | Error | "hang";

/** What a reader gets of a server that sends these steps on each connection, and the tokens that it asked with. */
async function read(count: number, connections: Step[][], options?: WatchProjectionOptions) {
  const tokens: string[] = [];
  const ameide = createAmeide({
    baseUrl: "https://in-memory",
    token: "t",
    reconnect: { random: () => 0 },
    transport: ({ interceptors }) =>
      createRouterTransport(
        ({ service }) => {
          service(ProjectionService, {
            async *watchProjection({ checkpointToken }, { signal }) {
              for (const step of connections[tokens.push(checkpointToken) - 1] ?? ["hang"]) {
                if (step instanceof Error) throw step;
                if (step === "hang")
                  await new Promise((resolve) => signal.addEventListener("abort", resolve));
                else if (step === "heartbeat") yield { checkpointToken: checkpointToken || "v0" };
                else
                  yield {
                    delta: { fromVersion: BigInt(step[0]), toVersion: BigInt(step[1]) },
                    checkpointToken: `v${step[1]}`,
                  };
              }
            },
          });
        },
        { transport: { interceptors } },
      ),
  });
  const versions: number[] = [];
  const taken = async () => {
    for await (const { delta } of ameide.watchProjection("a1", options)) {
      versions.push(Number(delta.toVersion));
      if (versions.length === count) return;
    }
  };
  await inVirtualTime(taken());
  return { versions, tokens };
}

const broken = new ConnectError("x", Code.Unavailable);

describe("what versions do to a model", () => {
  it("is told once and in order, over any number of connections", async () => {
    const connections: Step[][] = [
      ["heartbeat", [2, 3], [3, 5], broken],
      ["heartbeat", [3, 5], [5, 6], broken],
      [],
      [[6, 7]],
    ];
    expect(await read(4, connections)).toEqual({ versions: [3, 5, 6, 7], tokens: ["", "v5", "v6", "v6"] });
  });

  it("goes on after a token, and after the first heartbeat without one", async () => {
    expect(await read(1, [[broken], [[3, 4]]], { checkpointToken: "v3" })).toEqual({
      versions: [4],
      tokens: ["v3", "v3"],
    });
    expect((await read(1, [["heartbeat", broken], [[2, 3]]])).tokens).toEqual(["", "v0"]);
  });

  it("is asked for again where some of it is missing", async () => {
    expect(
      await read(3, [
        [
          [2, 3],
          [4, 5],
        ],
        [
          [3, 4],
          [4, 5],
        ],
      ]),
    ).toEqual({ versions: [3, 4, 5], tokens: ["", "v3"] });
  });
});
