import { AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import type { AgentEvent } from "../agent-event.ts";
import { createAnswerReader } from "./answer-reader.ts";

const readerOf = (tokenLimit = 1000) =>
  createAnswerReader({ uniqueId: (offered) => offered || "made", tokenLimit });

const toolChunk = (fields: { index?: number; id?: string; name?: string; args?: string }) =>
  new AIMessageChunk({ content: "", tool_call_chunks: [{ type: "tool_call_chunk", ...fields }] });

const jsonOf = (events: readonly AgentEvent[]) =>
  events.map((e) => (e.type === "tool_args" ? e.json : "")).join("");

describe("an answer", () => {
  // Seen to fail when a piece is taken whole: 100,001 tokens on a limit of 300.
  it("in one huge piece is told in small ones, up to the limit", () => {
    const reader = readerOf(300);
    const events = reader.accept(new AIMessageChunk("😀 word ".repeat(50_000)));
    expect(reader.answer.overran).toBe(true);
    expect(reader.answer.outputTokens).toBeLessThan(900);
    expect(
      events.every((event) => event.type === "text" && event.text.length <= 512 && event.text.isWellFormed()),
    ).toBe(true);
    expect(reader.accept(new AIMessageChunk("more"))).toEqual([]);
    expect(reader.finish()).toEqual([]);
  });

  // Seen to fail when pieces without text count little: the answer goes on.
  it("of pieces without text for ever is given up", () => {
    const reader = readerOf(100);
    let pieces = 0;
    while (!reader.answer.overran) {
      reader.accept(new AIMessageChunk(""));
      pieces += 1;
    }
    expect(pieces).toBe(401);
  });

  it("may think for as many pieces as it may write tokens", () => {
    const reader = readerOf(100);
    for (let i = 0; i < 100; i += 1) reader.accept(new AIMessageChunk(""));
    expect(reader.accept(new AIMessageChunk("So."))).toHaveLength(1);
    expect(reader.answer.overran).toBe(false);
  });

  it("keeps the largest usage that it was told, for providers that tell it in parts", () => {
    const reader = readerOf();
    const usages = [
      [25, 1],
      [0, 19],
    ] as const;
    for (const [input_tokens, output_tokens] of usages) {
      const usage_metadata = { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens };
      reader.accept(new AIMessageChunk({ content: "", usage_metadata }));
    }
    expect(reader.answer.usage).toMatchObject({ input_tokens: 25, output_tokens: 19 });
  });
});

describe("tool calls", () => {
  it("that come interleaved are kept apart by their index", () => {
    const reader = readerOf();
    for (const index of [0, 1]) reader.accept(toolChunk({ index, id: `c${index}`, name: `tool_${index}` }));
    for (const args of ['{"a"', ":1}"]) for (const index of [0, 1]) reader.accept(toolChunk({ index, args }));
    expect(reader.answer.toolCalls).toMatchObject([
      { id: "c0", name: "tool_0", json: '{"a":1}' },
      { id: "c1", name: "tool_1", json: '{"a":1}' },
    ]);
  });

  it("without index follow each other, each begun by its id", () => {
    const reader = readerOf();
    reader.accept(toolChunk({ id: "c0", name: "one", args: "{" }));
    reader.accept(toolChunk({ args: "}" }));
    reader.accept(toolChunk({ id: "c1", name: "two", args: "{}" }));
    expect(reader.answer.toolCalls.map(({ id, json }) => [id, json])).toEqual([
      ["c0", "{}"],
      ["c1", "{}"],
    ]);
  });

  it("are not told before their name is known, and then with what came before", () => {
    const reader = readerOf();
    expect(reader.accept(toolChunk({ index: 0, id: "c0", args: "{" }))).toEqual([]);
    const events = reader.accept(toolChunk({ index: 0, name: "one", args: "}" }));
    expect(events[0]).toEqual({ type: "tool_call", toolCallId: "c0", name: "one" });
    expect(jsonOf(events)).toBe("{}");
  });

  it("without any name are told in the end, so that they can be refused", () => {
    const reader = readerOf();
    reader.accept(toolChunk({ index: 0, id: "c0", args: "{}" }));
    expect(reader.finish()).toMatchObject([
      { type: "tool_call", toolCallId: "c0", name: "" },
      { type: "tool_args" },
    ]);
  });

  it("with arguments split inside a character are told in whole characters", () => {
    const reader = readerOf();
    reader.accept(toolChunk({ index: 0, id: "c0", name: "one" }));
    const events = ['{"a":"\ud83d', '\ude00"}'].flatMap((args) =>
      reader.accept(toolChunk({ index: 0, args })),
    );
    expect(events.every((event) => event.type === "tool_args" && event.json.isWellFormed())).toBe(true);
    expect(jsonOf(events)).toBe('{"a":"😀"}');
  });
});
