import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bpmnKit } from "../../notation/bpmn/bpmn-kit.ts";
import { operations } from "../../testing/patches/operations.ts";
import { compilePatch } from "./index.ts";

const file = readFileSync(new URL("../../notation/bpmn/models/order-handling.bpmn", import.meta.url));
const { graph } = bpmnKit.codec.read(file);

const compiled = (...given: Parameters<typeof operations>) =>
  compilePatch({ kit: bpmnKit, graph, operations: operations(...given), seed: "seed" });

describe("a lane and a pool, which contain nothing in a BPMN file", () => {
  it.each([
    ["Lane_office", "Process_shop", "Lane_office"],
    ["Participant_shop", "Process_shop", undefined],
  ])("%s can be told as the parent of what is new: it stands in %s", (container, parent, lane) => {
    const patch = compiled({
      id: "1",
      addNode: { type: "task", name: "Call back", parent: { nodeId: container } },
    });
    expect(patch.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const [added] = patch.effects[0]?.added ?? [];
    const id = added && "id" in added ? added.id : "";
    expect(patch.graph.elements.get(id)).toMatchObject({ parent, name: "Call back" });
    expect(patch.graph.elements.get(id)?.properties["lane"]).toBe(lane);
  });

  it("can be moved into: the lane changes and the process stays", () => {
    const before = graph.elements.get("Task_check");
    const patch = compiled({
      id: "1",
      move: { target: { nodeId: "Task_check" }, parent: { nodeId: "Lane_store" } },
    });
    expect(patch.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(patch.graph.elements.get("Task_check")).toEqual({
      ...before,
      properties: { ...before?.properties, lane: "Lane_store" },
    });
  });
});
