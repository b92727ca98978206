import { request as http1Request } from "node:http";
import { connect as http2Connect } from "node:http2";
import {
  WatchRunRequestSchema,
  WatchRunResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { createContextValues } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../platform/errors/app-error.ts";
import { startStubGateway, STUB_TOKEN, type StubGateway } from "../../testing/stub-gateway.ts";
import { frameResponses } from "./frame-responses.ts";
import type { FrameReader, LineFrame } from "./stored-frame.ts";

/** The same pages are told by both paths; a run of this id goes through Connect, frame by frame. */
const BY_CONNECT = uuidv7();
const PASSED_ON = uuidv7();
const REFUSED = { [BY_CONNECT]: uuidv7(), [PASSED_ON]: uuidv7() };

const said = (seq: number, text: string): RunFrame =>
  create(RunFrameSchema, {
    epoch: "e1",
    seq: BigInt(seq),
    runId: "0199aa00-0000-7000-8000-000000000001",
    attempt: 1,
    frame: { case: "textDelta", value: { offset: 3n, text } },
  });
const stored = (seq: number, length: number) => toBinary(RunFrameSchema, said(seq, "x".repeat(length)));

/** Small and big ones mixed, on both sides of where Connect compresses and of what is written at a time. */
const PAGES: LineFrame[][] = [
  [stored(1, 3)],
  [stored(2, 0), said(3, "made for this reader"), stored(4, 127), stored(5, 128)],
  [stored(6, 900), stored(7, 960), stored(8, 970), stored(9, 1100), stored(10, 20)],
  [],
  [stored(11, 20_000), stored(12, 70_000), stored(13, 5)],
  Array.from({ length: 64 }, (_, i) => stored(14 + i, 700)),
  [stored(78, 200_000)],
];
const COUNT = PAGES.flat().length;

let gateway: StubGateway;
beforeAll(async () => {
  gateway = await startStubGateway({
    inference: {
      watchRun({ runId }, context) {
        const byConnect = runId === BY_CONNECT || runId === REFUSED[BY_CONNECT];
        const values = byConnect ? createContextValues() : context.values;
        const respond = (frame?: RunFrame) => create(WatchRunResponseSchema, { ...(frame && { frame }) });
        return frameResponses(respond, tell(Object.values(REFUSED).includes(runId)), { ...context, values });
      },
    },
  });
});
afterAll(() => gateway.close());

const tell = (fails: boolean) => async (reader: FrameReader) => {
  for (const page of PAGES) {
    await Promise.resolve();
    await reader.send(page);
  }
  if (fails) throw new AppError("RESUME_GONE", "gone in the middle");
};

interface Answered {
  headers: Record<string, unknown>;
  trailers: Record<string, unknown>;
  body: Buffer;
}

const PATH = `/${InferenceService.typeName}/WatchRun`;

function requestOf(runId: string, type: string, accept: string) {
  const message = toBinary(WatchRunRequestSchema, create(WatchRunRequestSchema, { runId }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const encodings = {
    "connect-accept-encoding": accept,
    "grpc-accept-encoding": accept,
  };
  return {
    headers: {
      "content-type": type,
      authorization: `Bearer ${STUB_TOKEN}`,
      te: "trailers",
      ...(accept === "" ? {} : encodings),
    },
    body: Buffer.concat([head, message]),
  };
}

async function overHttp2(runId: string, type: string, accept: string): Promise<Answered> {
  const session = http2Connect(gateway.baseUrl);
  const { headers, body } = requestOf(runId, type, accept);
  const stream = session.request({ ":method": "POST", ":path": PATH, ...headers });
  const answered: Answered = { headers: {}, trailers: {}, body: Buffer.alloc(0) };
  stream.on("response", (received) => Object.assign(answered.headers, received));
  stream.on("trailers", (received) => Object.assign(answered.trailers, received));
  stream.end(body);
  answered.body = Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>));
  session.close();
  return answered;
}

async function overHttp1(runId: string, type: string, accept: string): Promise<Answered> {
  const { headers, body } = requestOf(runId, type, accept);
  return new Promise((resolve, reject) => {
    const asked = http1Request(`${gateway.baseUrl}${PATH}`, { method: "POST", headers }, async (answer) => {
      const chunks = await Array.fromAsync(answer as AsyncIterable<Buffer>);
      resolve({ headers: answer.headers, trailers: answer.trailers, body: Buffer.concat(chunks) });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** All but what differs from call to call. */
function comparable({ headers, trailers, body }: Answered) {
  const { date: _, ...rest } = headers;
  return { headers: rest, trailers, body: body.toString("base64") };
}

/** The last log line's count of messages. */
const countedLast = () => gateway.lines.findLast((line) => "messages" in line)?.["messages"];

const TYPES = [
  "application/connect+proto",
  "application/grpc",
  "application/grpc+proto",
  "application/grpc-web",
  "application/grpc-web+proto",
];

describe.each(TYPES)("as %s", (type) => {
  describe.each(["", "gzip", "br"])("with compression '%s'", (accept) => {
    it.each([
      ["HTTP/2", overHttp2],
      ["HTTP/1.1", overHttp1],
    ])("frames that are passed on are those of Connect, byte by byte, over %s", async (_name, call) => {
      const expected = await call(BY_CONNECT, type, accept);
      expect(countedLast()).toBe(COUNT);
      const passedOn = await call(PASSED_ON, type, accept);
      expect(comparable(passedOn)).toEqual(comparable(expected));
      expect(countedLast()).toBe(COUNT);
      expect(expected.body.length).toBeGreaterThan(accept === "" ? 300_000 : 40_000);
    });

    it("a failure in the middle ends both alike", async () => {
      const expected = await overHttp2(REFUSED[BY_CONNECT] ?? "", type, accept);
      const passedOn = await overHttp2(REFUSED[PASSED_ON] ?? "", type, accept);
      const without = (answer: Answered) => ({ ...comparable(answer), trailers: statusOf(answer) });
      // The details of the error are of the call: they hold its trace id.
      expect(lengths(without(passedOn))).toEqual(lengths(without(expected)));
      expect(countedLast()).toBe(COUNT);
    });
  });
});

const statusOf = ({ trailers }: Answered) => trailers["grpc-status"];
const lengths = ({ body, ...rest }: { body: string }) => ({ ...rest, length: body.length });
