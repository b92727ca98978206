import { describe, expect, it } from "vitest";
import {
  agreement,
  appendText,
  cutParts,
  insertToolCall,
  keepIdentity,
  normalizeParts,
} from "./run-parts.ts";
import { callPart, textPart } from "./testing/frames.ts";

const ALL = Number.POSITIVE_INFINITY;

describe("the parts of an answer", () => {
  it("grow at their end, and the others keep their identity", () => {
    const parts = [textPart("a"), callPart("1"), textPart("b")];
    const longer = appendText(parts, "c");
    expect(longer).toEqual([textPart("a"), callPart("1"), textPart("bc")]);
    expect(longer[0]).toBe(parts[0]);
    expect(longer[1]).toBe(parts[1]);
  });

  it("hold no empty text and no two texts in a row", () => {
    expect(normalizeParts([textPart(""), textPart("a"), textPart("b"), callPart("1"), textPart("")])).toEqual(
      [textPart("ab"), callPart("1")],
    );
  });

  it("take a tool call at any offset, behind those already there", () => {
    expect(insertToolCall([], 0, "1", "look_up")).toEqual([callPart("1")]);
    expect(insertToolCall([textPart("a𝒜b")], 2, "1", "look_up")).toEqual([
      textPart("a𝒜"),
      callPart("1"),
      textPart("b"),
    ]);
    expect(insertToolCall([callPart("1"), textPart("a")], 0, "2", "look_up")).toEqual([
      callPart("1"),
      callPart("2"),
      textPart("a"),
    ]);
  });

  it("are cut in the middle of a text", () => {
    const parts = [textPart("ab"), callPart("1"), textPart("𝒜d")];
    expect(cutParts(parts, 3, ALL)).toEqual([textPart("ab"), callPart("1"), textPart("𝒜")]);
    expect(cutParts(parts, 1, ALL)).toEqual([textPart("a")]);
    expect(cutParts(parts, 0, ALL)).toEqual([]);
  });

  it("are cut between tool calls that stand at one place", () => {
    const parts = [textPart("ab"), callPart("1"), callPart("2"), textPart("c")];
    expect(cutParts(parts, 2, 1)).toEqual([textPart("ab"), callPart("1")]);
    expect(cutParts(parts, 3, 0)).toEqual([textPart("abc")]);
  });

  it("agree up to the first difference of text or tool call", () => {
    const shown = [textPart("ab"), callPart("1", { argumentsJson: "{" }), textPart("cd")];
    expect(
      agreement(shown, [textPart("ab"), callPart("1", { argumentsJson: "{}" }), textPart("cde")]),
    ).toEqual({
      offset: 4,
      toolCalls: 1,
    });
    expect(agreement(shown, [textPart("ab"), callPart("1", { argumentsJson: "[" }), textPart("cx")])).toEqual(
      {
        offset: 3,
        toolCalls: 0,
      },
    );
    expect(agreement(shown, [textPart("a"), callPart("1", { argumentsJson: "{" }), textPart("bcd")])).toEqual(
      {
        offset: 4,
        toolCalls: 0,
      },
    );
    expect(agreement([callPart("1", { result: "x" })], [callPart("1", { result: "y" })])).toEqual({
      offset: 0,
      toolCalls: 0,
    });
  });

  it("keep their identity when a snapshot says the same", () => {
    const shown = [textPart("a"), callPart("1", { result: "x" }), textPart("b")];
    const next = keepIdentity(shown, [textPart("a"), callPart("1", { result: "x" }), textPart("bc")]);
    expect([next[0] === shown[0], next[1] === shown[1], next[2] === shown[2]]).toEqual([true, true, false]);
  });
});
