import { createServer as createHttp1, type Server } from "node:http";
import { createServer as createHttp2, type Http2Server } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterEach, expect, it } from "vitest";
import { type AmeideOptions, createAmeide } from "./create-ameide.ts";
import { createNodeTransport } from "./node.ts";
import { lastUpdate } from "./runs.ts";
import { frame, text } from "./testing/frames.ts";

const sockets = new Set<Socket>();
const servers: (Server | Http2Server)[] = [];

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server | Http2Server): Promise<string> {
  servers.push(server);
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Says one character per frame, and resets all sockets after every third. */
function routes({ service }: ConnectRouter): void {
  const said = [..."The 𝒜nswer 👩‍👩‍👧."];
  service(InferenceService, {
    startRun: () => ({ run: { runId: "run-1", state: RunState.QUEUED } }),
    async *watchRun({ resumeToken, afterSeq }) {
      const from = Math.max(Number(resumeToken), Number(afterSeq));
      const value = { state: ResumeState.CONTINUED, epoch: "e1", nextSeq: BigInt(from + 1) };
      if (resumeToken !== "") yield { frame: frame(0, { case: "resumed", value }) };
      for (let seq = from + 1; seq <= said.length; seq++) {
        yield { frame: frame(seq, text(seq - 1, said[seq - 1] ?? ""), { resumeToken: String(seq) }) };
        if (seq !== from + 3) continue;
        for (const socket of sockets) setTimeout(() => socket.resetAndDestroy(), 5);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      yield { frame: frame(said.length + 1, { case: "status", value: { state: RunState.COMPLETED } }) };
    },
  });
}

type Listening = (handler: ReturnType<typeof connectNodeAdapter>) => Server | Http2Server;

const VERSIONS: [string, Listening, AmeideOptions["transport"]][] = [
  ["fetch and HTTP/1.1", createHttp1, undefined],
  ["HTTP/2", createHttp2, createNodeTransport],
];

it.each(VERSIONS)(
  "a run is streamed over %s through sockets that are reset",
  async (_, createServer, transport) => {
    const baseUrl = await listen(createServer(connectNodeAdapter({ routes })));
    const reconnect = { baseDelayMs: 10, maxDelayMs: 20 };
    const ameide = createAmeide({ baseUrl, token: "t", reconnect, ...(transport && { transport }) });
    const kinds: string[] = [];
    const updates = ameide.runs.stream({});
    const last = await lastUpdate(
      (async function* () {
        for await (const update of updates) {
          kinds.push(update.kind);
          yield update;
        }
      })(),
    );
    expect(last).toMatchObject({ kind: "status", done: true, view: { text: "The 𝒜nswer 👩‍👩‍👧." } });
    expect(kinds.filter((kind) => kind === "text")).toHaveLength(17);
    expect(kinds.filter((kind) => kind === "resumed")).toHaveLength(5);
    expect(kinds).not.toContain("retract");
  },
);
