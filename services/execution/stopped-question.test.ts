import { ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { CancelRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { InterruptSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findRun } from "../inference/index.ts";
import { cancelRun } from "../inference/cancel-run.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import type { AgentEvent, AgentExecutor } from "./agent-event.ts";

let slices: TestSlices;
beforeAll(async () => {
  slices = await openTestSlices();
});
afterAll(() => slices.close());

// Seen to fail when only the stored parts close the call: the line ended with a call that still ran.
it("a run that is cancelled while it asks says on its line, too, that its call gets no result", async () => {
  const alice = actorOf();
  const asking: AgentExecutor = {
    async *execute({ runId }): AsyncGenerator<AgentEvent> {
      yield { type: "tool_call", toolCallId: "c1", name: "ask_user" };
      await cancelRun(slices, alice, create(CancelRunRequestSchema, { runId }));
      yield { type: "interrupted", interrupt: create(InterruptSchema, { toolCallId: "c1" }) };
    },
  };
  // A bus of its own: nobody tells the executor in time.
  slices.startLoop({ executor: asking, bus: { publish: () => undefined, subscribe: () => () => undefined } });
  const runId = await slices.start(alice, "hello", { agentId: "tools" });
  const line = await readInto(createRunLine(), slices.watch(alice, runId));
  expect(line.state).toBe(RunState.CANCELLED);
  const results = line.frames.flatMap(({ frame }) => (frame.case === "toolResult" ? [frame.value] : []));
  const stored = (await findRun(slices.database.reader(alice.tenantId), runId))?.end?.parts ?? [];
  const [part] = stored.flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value] : []));
  expect(part).toMatchObject({ toolCallId: "c1", state: ToolCallState.FAILED });
  expect(results).toMatchObject([{ toolCallId: "c1", state: ToolCallState.FAILED, result: part?.result }]);
});
