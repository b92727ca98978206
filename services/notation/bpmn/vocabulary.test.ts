import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bpmnCodec } from "./codec.ts";
import { BPMN_RULES } from "./rules/bpmn-rules.ts";
import { bpmnVocabulary } from "./vocabulary.ts";

const { graph } = bpmnCodec.read(readFileSync(join(import.meta.dirname, "models/order-handling.bpmn")));
const { elementType, relationType, usualRelation, usualParent, usualProperties, reference } = bpmnVocabulary;

describe("the words of BPMN", () => {
  it.each([
    ["userTask", "userTask"],
    ["bpmn:UserTask", "userTask"],
    ["user task", "userTask"],
    ["USER_TASK", "userTask"],
    ["gateway", "exclusiveGateway"],
    ["XOR", "exclusiveGateway"],
    ["pool", "participant"],
    ["swimlane", "lane"],
    ["note", "textAnnotation"],
    ["data object", "dataObjectReference"],
    ["dataObject", "dataObject"],
    ["start", "startEvent"],
    ["sub-process", "subProcess"],
  ])("%s is a %s", (said, meant) => {
    expect(elementType(said)?.name).toBe(meant);
  });

  it("does not guess what it does not know", () => {
    expect(elementType("unicorn")).toBeUndefined();
    expect(relationType("unicorn")).toBeUndefined();
    expect(relationType("bpmn:SequenceFlow")?.name).toBe("sequenceFlow");
  });

  it.each([
    ["Task_check", "Task_ship", "sequenceFlow"],
    ["Start_order", "End_refused", "sequenceFlow"],
    ["Boundary_late", "Task_ship", "sequenceFlow"],
    ["Task_send", "Task_check", "messageFlow"],
    ["Participant_customer", "Start_order", "messageFlow"],
    ["Participant_shop", "Participant_customer", "messageFlow"],
    ["Task_check", "Note_1", "association"],
    ["Note_1", "Flow_1", "association"],
    ["Data_order", "Task_check", "dataInputAssociation"],
    ["Task_check", "Store_orders", "dataOutputAssociation"],
    ["Task_check", "Task_pack", undefined],
    ["Task_check", "Start_order", undefined],
    ["End_refused", "Task_check", undefined],
    ["Data_order", "Gateway_ok", undefined],
    ["Task_check", "nothing", undefined],
  ])("%s and %s are usually connected by %s", (source, target, type) => {
    expect(usualRelation(graph, source, target)).toBe(type);
  });

  it("suggests no relation that a rule would refuse", () => {
    const errors = BPMN_RULES.filter(({ severity }) => severity === "error");
    const ids = [...graph.elements.keys()];
    for (const source of ids)
      for (const target of ids) {
        const type = source === target ? undefined : usualRelation(graph, source, target);
        if (type === undefined) continue;
        const item = { id: "new", type, name: "", source, target, documentation: "", properties: {} };
        const made = { ...graph, relations: new Map([...graph.relations, ["new", item]]) };
        const said = errors.flatMap((rule) => [...rule.check(made, new Set(["new"]))]);
        expect(said.filter(({ itemId }) => itemId === "new")).toEqual([]);
      }
  });

  it("puts new things where their neighbours are", () => {
    expect(usualParent(graph, "task", "Task_check")).toBe("Process_shop");
    expect(usualParent(graph, "task", "Task_pack")).toBe("Sub_pack");
    expect(usualParent(graph, "task", "Lane_office")).toBe("Process_shop");
    expect(usualParent(graph, "task", "Participant_customer")).toBe("Process_customer");
    expect(usualParent(graph, "participant")).toBe("Collaboration_1");
    expect(usualParent(graph, "message")).toBeUndefined();
    expect(usualParent(graph, "task")).toBeUndefined();
  });

  it("gives them the lane of their neighbours, and attaches boundary events", () => {
    expect(usualProperties?.(graph, "task", "Task_check")).toEqual({ lane: "Lane_office" });
    expect(usualProperties?.(graph, "boundaryEvent", "Task_check")).toEqual({
      lane: "Lane_office",
      attachedToRef: "Task_check",
    });
    expect(usualProperties?.(graph, "message", "Task_check")).toEqual({});
  });

  it("puts what goes into a lane or a pool into its process, and says which lane", () => {
    const inside = (type: string, container: string) => bpmnVocabulary.inside?.(graph, type, container);
    expect(inside("task", "Lane_office")).toEqual({
      parent: "Process_shop",
      properties: { lane: "Lane_office" },
    });
    expect(inside("task", "Participant_customer")).toEqual({
      parent: "Process_customer",
      properties: { lane: null },
    });
    expect(inside("textAnnotation", "Lane_office")).toEqual({ parent: "Process_shop", properties: {} });
    expect(inside("task", "Sub_pack")).toBeUndefined();
    expect(inside("lane", "Lane_office")).toBeUndefined();
  });

  it("knows which properties refer to something", () => {
    expect(reference?.("boundaryEvent", "attachedToRef")).toBe("needs");
    expect(reference?.("exclusiveGateway", "default")).toBe("mentions");
    expect(reference?.("startEvent", "messageRef")).toBe("mentions");
    expect(reference?.("startEvent", "type")).toBeUndefined();
  });
});
