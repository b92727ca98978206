import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reasonOf } from "./errors.ts";
import { lastUpdate } from "./runs.ts";
import type { RunUpdate } from "./run-view.ts";
import { frame, text, textPart } from "./testing/frames.ts";
import { completed, gone, hello, refusal, server, world } from "./testing/run-server.ts";
import { inVirtualTime, useVirtualTime } from "./testing/virtual-time.ts";

beforeEach(useVirtualTime);
afterEach(() => vi.useRealTimers());

async function collect(updates: AsyncIterable<RunUpdate>): Promise<RunUpdate[]> {
  const all: RunUpdate[] = [];
  for await (const update of updates) all.push(update);
  return all;
}

describe("starting a run", () => {
  it("streams it to its end", async () => {
    const { connect, calls } = server([hello, world, completed]);
    const updates = await inVirtualTime(collect(connect().runs.stream({ chatId: "c1" })));
    expect(updates.map(({ kind, done }) => [kind, done])).toEqual([
      ["admitted", false],
      ["text", false],
      ["text", false],
      ["status", true],
    ]);
    expect(updates[0]?.view).toMatchObject({ runId: "run-1", state: RunState.QUEUED, text: "" });
    expect(updates.at(-1)?.view).toMatchObject({
      text: "Hello world",
      parts: [textPart("Hello world")],
      state: RunState.COMPLETED,
      messageId: "m1",
      done: true,
    });
    expect(calls.watched).toMatchObject([{ runId: "run-1", resumeToken: "", afterSeq: 0n }]);
  });

  it("repeats a start whose answer was lost under the same request id", async () => {
    const { connect, calls, starts } = server([hello, world, completed]);
    starts.push(new ConnectError("gone away", Code.Unavailable), new ConnectError("busy", Code.Aborted));
    const { view } = await inVirtualTime(lastUpdate(connect().runs.stream({})));
    expect(view.text).toBe("Hello world");
    expect(new Set(calls.requestIds).size).toBe(1);
    expect(calls.requestIds).toHaveLength(3);
    expect(calls.requestIds[0]).toMatch(/^[0-9a-f]{8}-/);
  });

  it("keeps the request id of the caller", async () => {
    const { connect, calls } = server([hello, world, completed]);
    await inVirtualTime(lastUpdate(connect().runs.stream({ requestId: "mine" })));
    expect(calls.requestIds).toEqual(["mine"]);
  });

  it.each([
    [Code.ResourceExhausted, "BUDGET_EXCEEDED"],
    [Code.FailedPrecondition, "RUN_ACTIVE"],
    [Code.AlreadyExists, "REQUEST_ID_REUSED"],
    [Code.NotFound, "CHAT_NOT_FOUND"],
    [Code.InvalidArgument, "SCHEMA_VIOLATION"],
    [Code.PermissionDenied, "SCOPE_MISSING"],
    [Code.Unauthenticated, "UNAUTHENTICATED"],
    [Code.ResourceExhausted, "RATE_LIMITED"],
    [Code.Internal, "INTERNAL"],
  ])("throws a refusal with code %i and reason %s at once", async (code, reason) => {
    const { connect, calls, starts } = server();
    starts.push(refusal(code, reason));
    const failed = inVirtualTime(lastUpdate(connect().runs.stream({}))).catch((error: unknown) => error);
    expect(await failed).toMatchObject({ code });
    expect(reasonOf(await failed)).toBe(reason);
    expect(calls.requestIds).toHaveLength(1);
  });

  it("sends nothing before it is iterated", async () => {
    const { connect, calls } = server();
    connect().runs.stream({});
    await inVirtualTime(new Promise((resolve) => setTimeout(resolve, 1000)));
    expect(calls.requestIds).toEqual([]);
  });
});

describe("watching a run", () => {
  it("resumes with the latest token and seq, and says so", async () => {
    const back = frame(0, {
      case: "resumed",
      value: { state: ResumeState.CONTINUED, epoch: "e1", nextSeq: 3n },
    });
    const { connect, calls } = server([hello, world], [back, completed]);
    const updates = await inVirtualTime(collect(connect().runs.watch("run-1")));
    expect(updates.map(({ kind }) => kind)).toEqual(["text", "text", "reconnecting", "resumed", "status"]);
    expect(calls.watched).toMatchObject([{ resumeToken: "" }, { resumeToken: "t1", afterSeq: 2n }]);
  });

  it("gives up a silent connection after two and a half heartbeats", async () => {
    const { connect } = server([hello, "hang"], [hello, world, completed]);
    await inVirtualTime(lastUpdate(connect({ reconnect: { random: () => 0 } }).runs.watch("run-1")));
    expect(performance.now()).toBe(20_125);
  });

  it.each([
    [Code.NotFound, "RUN_NOT_FOUND"],
    [Code.PermissionDenied, "RESUME_TOKEN_SCOPE"],
    [Code.ResourceExhausted, "BUDGET_EXCEEDED"],
    [Code.Unauthenticated, "UNAUTHENTICATED"],
    [Code.InvalidArgument, "SCHEMA_VIOLATION"],
    [Code.OutOfRange, "PAGE_TOKEN_INVALID"],
    [Code.FailedPrecondition, "PRICE_UNKNOWN"],
  ])("throws a refusal with code %i and reason %s", async (code, reason) => {
    const { connect, calls } = server([hello, refusal(code, reason)]);
    await expect(inVirtualTime(lastUpdate(connect().runs.watch("run-1")))).rejects.toMatchObject({ code });
    expect(calls.watched).toHaveLength(1);
  });

  it.each([
    new ConnectError("x", Code.Unavailable),
    new ConnectError("x", Code.Internal),
    refusal(Code.ResourceExhausted, "TOO_MANY_STREAMS"),
    refusal(Code.ResourceExhausted, "RATE_LIMITED"),
  ])("comes back after %s", async (error) => {
    const { connect } = server([hello, error], [hello, world, completed]);
    const { view } = await inVirtualTime(lastUpdate(connect().runs.watch("run-1")));
    expect(view.text).toBe("Hello world");
  });

  it("renews a refused token once", async () => {
    const expired = refusal(Code.Unauthenticated, "UNAUTHENTICATED");
    const { connect, calls } = server([hello, expired], [world, completed]);
    const token = (refused?: string) => (refused === "t1" ? "t2" : "t1");
    await inVirtualTime(lastUpdate(connect({ token }).runs.watch("run-1")));
    expect(calls.tokens).toEqual(["Bearer t1", "Bearer t2"]);
    const again = server([expired], [expired]);
    const failed = inVirtualTime(lastUpdate(again.connect({ token }).runs.watch("run-1")));
    await expect(failed).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect(again.calls.watched).toHaveLength(2);
  });

  it("reads the run where its frames are gone", async () => {
    for (const answer of [gone, refusal(Code.OutOfRange, "RESUME_GONE")]) {
      const { connect, stored } = server([hello, new ConnectError("x", Code.Unavailable)], [answer]);
      stored.push({ state: RunState.COMPLETED, parts: [textPart("Help is near")] });
      const updates = await inVirtualTime(collect(connect().runs.watch("run-1")));
      expect(updates.slice(-3)).toMatchObject([
        { kind: "retract", toOffset: 3, view: { text: "Hel" }, done: false },
        { kind: "snapshot", appended: "p is near", done: false },
        { kind: "status", view: { text: "Help is near", state: RunState.COMPLETED }, done: true },
      ]);
    }
  });

  it("waits when the run may not be read that often", async () => {
    const { connect, stored } = server([hello, new ConnectError("x", Code.Unavailable)], [gone]);
    stored.push(refusal(Code.ResourceExhausted, "RATE_LIMITED"));
    stored.push({ state: RunState.COMPLETED, parts: [textPart("Help")] });
    const { view } = await inVirtualTime(lastUpdate(connect().runs.watch("run-1")));
    expect(view).toMatchObject({ text: "Help", state: RunState.COMPLETED });
  });

  it("goes on from the first frame when the frames were gone and the run was not over", async () => {
    const { connect, calls, stored } = server([hello, new Error("x")], [gone], [hello, world, completed]);
    stored.push({ state: RunState.RUNNING, parts: [textPart("Hello w")] });
    const { view } = await inVirtualTime(lastUpdate(connect().runs.watch("run-1")));
    expect(view.text).toBe("Hello world");
    expect(calls.watched.map(({ resumeToken }) => resumeToken)).toEqual(["", "t1", ""]);
  });

  it("drops a token that the server does not know any more", async () => {
    const unknown = refusal(Code.InvalidArgument, "RESUME_TOKEN_INVALID");
    const { connect, calls } = server([hello, new Error("x")], [unknown], [hello, world, completed]);
    const { view } = await inVirtualTime(lastUpdate(connect().runs.watch("run-1")));
    expect(view.text).toBe("Hello world");
    expect(calls.watched.map(({ resumeToken }) => resumeToken)).toEqual(["", "t1", ""]);
  });

  it("answers a second gap in a row by reading from the first frame", async () => {
    const { connect, calls } = server([hello, completed], [completed], [hello, world, completed]);
    const { view } = await inVirtualTime(lastUpdate(connect().runs.watch("run-1")));
    expect(view.text).toBe("Hello world");
    expect(calls.watched.map(({ resumeToken }) => resumeToken)).toEqual(["", "t1", ""]);
  });

  it("gives up when the server never closes a gap", async () => {
    const { connect, calls } = server(...Array.from({ length: 20 }, () => [hello, completed]));
    const stuck = inVirtualTime(lastUpdate(connect({ reconnect: { maxReconnects: 4 } }).runs.watch("run-1")));
    await expect(stuck).rejects.toMatchObject({ code: Code.DataLoss });
    expect(calls.watched).toHaveLength(5);
  });

  it("waits as long as the server asks it to", async () => {
    const move = frame(0, { case: "reconnect", value: { delay: { seconds: 7n } } });
    const { connect } = server([hello, move], [world, completed]);
    await inVirtualTime(lastUpdate(connect({ reconnect: { random: () => 0 } }).runs.watch("run-1")));
    expect(performance.now()).toBe(7000);
  });

  it("asks how a run stands that parked, and goes on when it was raised", async () => {
    const parked = frame(2, { case: "status", value: { state: RunState.PARKED } });
    const ended = server([hello, parked]);
    ended.stored.push({ state: RunState.PARKED, parts: [textPart("Hello")] });
    const { view, kind } = await inVirtualTime(lastUpdate(ended.connect().runs.watch("run-1")));
    expect([kind, view.state, view.text, view.done]).toEqual(["status", RunState.PARKED, "Hello", true]);
    const raised = server([hello, parked], [frame(3, text(5, "!")), { ...completed, seq: 4n }]);
    raised.stored.push({ state: RunState.RUNNING, parts: [textPart("Hello")] });
    expect((await inVirtualTime(lastUpdate(raised.connect().runs.watch("run-1")))).view.text).toBe("Hello!");
  });

  it("can be stopped", async () => {
    const { connect } = server([hello, "hang"]);
    const caller = new AbortController();
    const reading = lastUpdate(connect().runs.watch("run-1", { signal: caller.signal }));
    setTimeout(() => caller.abort(), 500);
    await expect(inVirtualTime(reading)).rejects.toMatchObject({ code: Code.Canceled });
    expect(performance.now()).toBe(500);
  });
});

describe("the last update", () => {
  it("is an error of an empty stream", async () => {
    await expect(lastUpdate((async function* () {})())).rejects.toThrow("no update");
  });
});
