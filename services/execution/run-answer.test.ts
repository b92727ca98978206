import { ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createInProcessFrameLog } from "../platform/frame-log/in-process-frame-log.ts";
import { createRunLine } from "../testing/run-line.ts";
import { RunAnswer } from "./run-answer.ts";
import { RunWriter } from "./run-writer.ts";

const { RUNNING, DONE, FAILED } = ToolCallState;
const textOf = (answer: RunAnswer) =>
  answer
    .parts()
    .map(({ kind }) => (kind.case === "text" ? kind.value.text : ""))
    .join("");

describe("an answer", () => {
  it("counts code points, joins text, and keeps calls where they were made", () => {
    const answer = new RunAnswer();
    for (const text of ["a😀", "", "👩‍🚀", "é"]) answer.addText(text);
    expect(answer.textLength).toBe(6);
    answer.addToolCall("1", "clock");
    answer.addText("z");
    expect(answer.parts().map(({ kind }) => kind.case)).toEqual(["text", "toolCall", "text"]);
    expect(answer.textLength).toBe([...textOf(answer)].length);
  });

  it("places arguments by code points, and knows no calls that were not made", () => {
    const answer = new RunAnswer();
    answer.addToolCall("1", "find");
    expect(answer.addToolArguments("1", '{"q":"😀')).toBe(0);
    expect(answer.addToolArguments("1", '"}')).toBe(7);
    expect(answer.addToolArguments("2", "{}")).toBeUndefined();
    answer.setToolResult("2", "nothing", DONE);
    expect(answer.parts()).toHaveLength(1);
  });

  it("fails the calls that got no answer, and only those", () => {
    const answer = new RunAnswer();
    for (const id of ["1", "2"]) answer.addToolCall(id, "clock");
    answer.setToolResult("1", "noon", DONE);
    expect(answer.failOpenToolCalls("stopped")).toEqual(["2"]);
    expect(answer.parts().map(({ kind }) => kind.value)).toMatchObject([
      { result: "noon", state: DONE },
      { result: "stopped", state: FAILED },
    ]);
    expect(answer.failOpenToolCalls("stopped")).toEqual([]);
  });

  it("hands out copies that later steps do not change", () => {
    const answer = new RunAnswer();
    answer.addText("a");
    answer.addToolCall("1", "clock");
    const before = answer.parts();
    answer.setToolResult("1", "noon", DONE);
    answer.addText("b");
    answer.replaceWith([]);
    expect(before.map(({ kind }) => kind.value)).toMatchObject([
      { text: "a" },
      { state: RUNNING, result: "" },
    ]);
    expect(answer.textLength).toBe(0);
  });
});

describe("a writer", () => {
  it("tells whatever is said so that its readers have the same, in dense frames", async () => {
    const step = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).map((text) => ({ text })),
      fc.constant({ call: true }),
      fc.constant({ flush: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const log = createInProcessFrameLog();
        const writer = await RunWriter.open({ log, runId: "r", attempt: 1, onRefused: expect.unreachable });
        const answer = new RunAnswer();
        for (const said of steps) {
          if ("text" in said) {
            writer.text(answer.textLength, said.text);
            answer.addText(said.text);
          } else if ("call" in said) {
            writer.emit({
              case: "toolCall",
              value: {
                $typeName: "ameide.inference.v1.ToolCall",
                toolCallId: "1",
                name: "n",
                textOffset: BigInt(answer.textLength),
              },
            });
          } else await writer.flush();
        }
        await writer.flush();
        const line = createRunLine();
        const { entries = [], nextSeq } = (await log.read("r", 0, 1000)) ?? {};
        entries.forEach(({ data }) => line.take(fromBinary(RunFrameSchema, data)));
        expect(line.faults).toEqual([]);
        expect(line.text).toBe(textOf(answer));
        expect(writer.lastSeq).toBe((nextSeq ?? 1) - 1);
      }),
      { numRuns: 100 },
    );
  });
});
