import {
  WatchRunResponseSchema,
  type WatchRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { createContextValues } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { frameResponses } from "./frame-responses.ts";
import { isStatus, withToken, type LineFrame } from "./stored-frame.ts";

const said = (text: string): RunFrame =>
  create(RunFrameSchema, {
    epoch: "e1",
    seq: 7n,
    runId: "0199aa00-0000-7000-8000-000000000001",
    attempt: 1,
    frame: { case: "textDelta", value: { offset: 3n, text } },
  });
const stored = (frame: RunFrame) => toBinary(RunFrameSchema, frame);

async function responsesTo(contentType: string, ...frames: LineFrame[]): Promise<WatchRunResponse[]> {
  const context = {
    requestHeader: new Headers({ "content-type": contentType }),
    responseHeader: new Headers(),
    values: createContextValues(),
    signal: new AbortController().signal,
  };
  const respond = (frame?: RunFrame) => create(WatchRunResponseSchema, { ...(frame && { frame }) });
  return Array.fromAsync(frameResponses(respond, (reader) => reader.send(frames), context));
}

const asSent = (response: WatchRunResponse | undefined) =>
  response && fromBinary(WatchRunResponseSchema, toBinary(WatchRunResponseSchema, response)).frame;

describe("a stored frame", () => {
  it.each([0, 1, 100, 127, 128, 5000, 70_000])("with a text of %d bytes arrives as it is", async (length) => {
    const frame = said("x".repeat(length));
    for (const type of ["application/connect+proto", "application/grpc", "application/grpc-web+proto"]) {
      const [response] = await responsesTo(type, stored(frame));
      expect(response?.frame, "was not decoded").toBeUndefined();
      expect(asSent(response)).toEqual(frame);
    }
  });

  it("is decoded for a reader of JSON", async () => {
    for (const type of [
      "application/connect+json",
      "application/json; charset=utf-8",
      "application/grpc+json",
    ]) {
      const [response] = await responsesTo(type, stored(said("hello")));
      expect(response?.frame).toEqual(said("hello"));
    }
  });

  it("keeps everything when it gets a resume token", async () => {
    const [response] = await responsesTo("application/grpc+proto", withToken(stored(said("hello")), "token"));
    expect(asSent(response)).toEqual({ ...said("hello"), resumeToken: "token" });
  });

  it("is known as a status by its bytes", () => {
    const ended = create(RunFrameSchema, { frame: { case: "status", value: { state: RunState.COMPLETED } } });
    expect(isStatus(stored(ended))).toBe(true);
    expect(isStatus(stored(said("hello")))).toBe(false);
    const whole = { ...said(""), emitTime: timestampNow(), seq: 1n << 40n, resumeToken: "t".repeat(300) };
    expect(isStatus(stored({ ...whole, frame: ended.frame }))).toBe(true);
    expect(isStatus(stored({ ...whole, frame: said("\u00a2\u0001".repeat(200)).frame }))).toBe(false);
    expect(isStatus(new Uint8Array())).toBe(false);
  });
});

it("a frame made for this reader is sent with those of the line", async () => {
  const responses = await responsesTo("application/grpc", said("made"), stored(said("stored")));
  expect(responses.map(asSent)).toEqual([said("made"), said("stored")]);
});
