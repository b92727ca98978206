import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { schemaErrors } from "../../testing/bpmn-schema.ts";
import { applyChanges } from "../apply-changes.ts";
import type { Change, ItemRef } from "../change.ts";
import type { Value } from "../graph.ts";
import { UnreadableModel } from "../problem.ts";
import { bpmnCodec } from "./codec.ts";

const bytesOf = (name: string) => readFileSync(join(import.meta.dirname, `models/${name}.bpmn`));
const read = (name: string) => bpmnCodec.read(bytesOf(name));
const orders = read("order-handling");
const claims = read("default-namespace");

const ref = (id: string, kind: "element" | "relation" = "element"): ItemRef => ({ kind, id });
const set = (of: typeof orders, at: ItemRef, field: string, to: Value | undefined): Change => {
  const item =
    at.kind === "model" ? of.graph : (of.graph.elements.get(at.id) ?? of.graph.relations.get(at.id));
  const [name, property] = field.split(".");
  const holder = (item ?? {}) as Record<string, Record<string, Value> & Value>;
  const from = property === undefined ? holder[name ?? ""] : holder["properties"]?.[property];
  return { op: "set", ref: at, field, from, to };
};
const element = (id: string, type: string, parent: string, properties = {}): Change => ({
  op: "add",
  item: { kind: "element", value: { id, type, name: id, parent, documentation: "", properties } },
});
const relation = (id: string, type: string, source: string, target: string): Change => ({
  op: "add",
  item: {
    kind: "relation",
    value: { id, type, name: "", source, target, documentation: "", properties: {} },
  },
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
/** Lines that came and lines that went, trimmed. */
function difference(of: typeof orders, changes: readonly Change[]) {
  const before = bpmnCodec.write({ ...of.graph }, of.source);
  const file = bpmnCodec.write(applyChanges(of.graph, changes), of.source);
  const lines = (bytes: Uint8Array) =>
    text(bytes)
      .split("\n")
      .map((line) => line.trim());
  const minus = (a: readonly string[], b: readonly string[]) => {
    const left = [...b];
    return a.filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  return {
    added: minus(lines(file), lines(before)),
    removed: minus(lines(before), lines(file)),
    errors: schemaErrors(file),
  };
}

describe("reading", () => {
  it("finds elements with what contains them, their names, texts and properties", () => {
    const { elements } = orders.graph;
    expect(elements.get("Process_shop")).toMatchObject({
      name: "Order handling",
      documentation: "How an order\nbecomes a parcel.",
      properties: { isExecutable: true },
    });
    expect(elements.get("Note_1")).toMatchObject({ type: "textAnnotation", name: "Only in\nthe morning" });
    expect(elements.get("CategoryValue_1")).toMatchObject({ name: "Risky", parent: "Category_1" });
    expect(elements.get("Task_pack")).toMatchObject({ parent: "Sub_pack" });
    expect(elements.get("Lane_gate")).toMatchObject({ parent: "Lane_store" });
    expect(elements.get("sid-claim")).toBeUndefined();
    expect(claims.graph.elements.get("sid-claim")).toMatchObject({
      type: "dataInput",
      parent: "sid-process",
    });
    expect(claims.graph.elements.get("sid-inner-in")).toBeUndefined();
  });

  it("says the innermost lane of a flow node", () => {
    expect(orders.graph.elements.get("Task_ship")?.properties["lane"]).toBe("Lane_gate");
    expect(orders.graph.elements.get("Task_check")?.properties["lane"]).toBe("Lane_office");
  });

  it("finds events, loops and conditions", () => {
    const { elements, relations } = orders.graph;
    expect(elements.get("Boundary_late")?.properties).toMatchObject({
      cancelActivity: false,
      attachedToRef: "Sub_pack",
      eventDefinitions: [{ type: "timerEventDefinition", timeDuration: "PT2H" }],
    });
    expect(elements.get("Sub_pack")?.properties["loopCharacteristics"]).toEqual({
      type: "multiInstanceLoopCharacteristics",
      isSequential: true,
      loopCardinality: "items",
    });
    expect(relations.get("Flow_4")?.properties).toEqual({ conditionExpression: "order.total < 0" });
    expect(elements.get("Participant_customer")?.properties["participantMultiplicity"]).toMatchObject({
      maximum: 9,
    });
  });

  it("finds the ends of data associations, inside and out", () => {
    const { relations } = orders.graph;
    expect(relations.get("Input_1")).toMatchObject({ source: "Data_order", target: "Task_check" });
    expect(relations.get("Output_1")).toMatchObject({ source: "Task_check", target: "Store_orders" });
    const [input] = [...claims.graph.relations.values()].filter(
      ({ type }) => type === "dataInputAssociation",
    );
    expect(input).toMatchObject({ source: "sid-claim", target: "sid-script" });
  });

  it("follows qualified names, and gives things without an id one that stays the same", () => {
    const { graph } = claims;
    expect(graph.elements.get("sid-ref")?.properties["dataStoreRef"]).toBe("sid-store");
    const flows = [...graph.relations.values()].filter(({ type }) => type === "sequenceFlow");
    expect(flows.map(({ id }) => id)).toContain("sid-process_sequenceFlow_3");
    const nodes = [...(graph.views.values().next().value?.nodes.keys() ?? [])];
    expect(nodes).toEqual([
      "sid-start_di",
      "sid-script_di",
      "sid-script_di_2",
      "sid-wait_di",
      "sid-claim_di",
    ]);
  });

  it("finds boxes with labels and colours, and lines with all their points", () => {
    const view = orders.graph.views.get("Diagram_1");
    expect(view).toMatchObject({ name: "All", element: "Collaboration_1" });
    expect(view?.nodes.get("Task_check_di")).toEqual({
      id: "Task_check_di",
      element: "Task_check",
      bounds: { x: 340.5, y: 160, width: 100, height: 80 },
      properties: { fill: "#c8e6c9", stroke: "#205022" },
    });
    expect(view?.nodes.get("Start_order_di")?.label).toEqual({ x: 236, y: 225, width: 68, height: 27 });
    expect(view?.connections.get("Flow_9_di")?.waypoints).toHaveLength(4);
  });

  it("reports what is wrong with the element and line, and reads the rest", () => {
    const { graph, problems } = read("minified-mistakes");
    expect(
      problems
        .map(({ code }) => code)
        .toSorted()
        .join(" "),
    ).toBe(
      "DANGLING_REFERENCE DANGLING_REFERENCE DUPLICATE_ID DUPLICATE_ID INVALID_ID MISPLACED_ELEMENT " +
        "MISSING_ATTRIBUTE MISSING_ATTRIBUTE MISSING_ATTRIBUTE NO_BOUNDS NO_WAYPOINTS UNKNOWN_ELEMENT",
    );
    expect(problems.every(({ severity, line }) => severity === "warning" && line === 1)).toBe(true);
    expect([...graph.elements.values()].filter(({ type }) => type === "task").map(({ id }) => id)).toEqual([
      "T",
      "T_2",
      "3x",
    ]);
    expect(graph.relations.get("M")).toMatchObject({ target: "Nobody" });
  });

  it("takes drafts of the standard for BPMN, and says so", () => {
    const old = text(bytesOf("choreography")).replaceAll(
      "http://www.omg.org/spec/BPMN/20100524/MODEL",
      "http://schema.omg.org/spec/BPMN/2.0",
    );
    const { graph, problems } = bpmnCodec.read(new TextEncoder().encode(old));
    expect(graph.elements.size).toBe(read("choreography").graph.elements.size);
    expect(problems.map(({ code }) => code)).toContain("BPMN_NAMESPACE");
  });

  it("refuses what is no BPMN, with a word on what to do", () => {
    const file = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(() => bpmnCodec.read(file)).toThrow(UnreadableModel);
    expect(() => bpmnCodec.read(file)).toThrow(/Export it as BPMN 2.0 XML/);
  });

  it("recognises its files whatever their prefix, and those of DMN not", () => {
    for (const name of ["order-handling", "default-namespace", "minified-mistakes", "choreography"])
      expect(bpmnCodec.recognises(text(bytesOf(name)).slice(0, 2000))).toBe(true);
    const dmn = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x"/>';
    expect(bpmnCodec.recognises(dmn)).toBe(false);
  });
});

describe("writing", () => {
  it("changes one line for one name", () => {
    const { added, removed } = difference(orders, [
      set(orders, ref("Task_check"), "name", "Check & approve"),
    ]);
    expect(removed).toHaveLength(1);
    expect(added).toEqual(['<bpmn:userTask id="Task_check" name="Check &amp; approve" acme:form="f-1">']);
  });

  it("writes a new task with its flow where the file has them, with the file's prefixes", () => {
    const changes = [
      element("Task_new", "serviceTask", "Process_shop", { lane: "Lane_office", implementation: "x" }),
      relation("Flow_new", "sequenceFlow", "Task_check", "Task_new"),
    ];
    const { added, removed, errors } = difference(orders, changes);
    expect(errors).toEqual([]);
    expect(removed).toEqual([]);
    expect(added).toEqual([
      "<bpmn:flowNodeRef>Task_new</bpmn:flowNodeRef>",
      "<bpmn:outgoing>Flow_new</bpmn:outgoing>",
      '<bpmn:serviceTask id="Task_new" name="Task_new" implementation="x">',
      "<bpmn:incoming>Flow_new</bpmn:incoming>",
      "</bpmn:serviceTask>",
      '<bpmn:sequenceFlow id="Flow_new" sourceRef="Task_check" targetRef="Task_new" />',
    ]);
    const other = difference(claims, [
      element("Task_new", "task", "sid-process"),
      relation("Flow_new", "sequenceFlow", "sid-start", "Task_new"),
    ]);
    expect(other.errors).toEqual([]);
    expect(other.added).toEqual([
      '<task id="Task_new" name="Task_new"/>',
      '<sequenceFlow id="Flow_new" sourceRef="sid-start" targetRef="Task_new"/>',
    ]);
  });

  it("keeps what it does not know through a change of type", () => {
    const { added, removed, errors } = difference(orders, [
      set(orders, ref("Task_check"), "type", "manualTask"),
    ]);
    expect(errors).toEqual([]);
    expect(added).toEqual([
      '<bpmn:manualTask id="Task_check" name="Check order" acme:form="f-1">',
      "</bpmn:manualTask>",
    ]);
    expect(removed).toHaveLength(2);
  });

  it("keeps what it does not know of an event definition and a loop", () => {
    const { added, removed } = difference(orders, [
      set(orders, ref("Start_order"), "properties.eventDefinitions", [{ type: "messageEventDefinition" }]),
      set(orders, ref("Sub_pack"), "properties.loopCharacteristics", {
        type: "multiInstanceLoopCharacteristics",
        isSequential: false,
        loopCardinality: "items",
      }),
    ]);
    expect(removed).toHaveLength(2);
    expect(added).toEqual([
      '<bpmn:messageEventDefinition id="Definition_order" acme:queue="orders" />',
      '<bpmn:multiInstanceLoopCharacteristics isSequential="false" acme:batch="3">',
    ]);
  });

  it("moves a subtree with everything in it, and the flow of its own with it", () => {
    const { graph, source } = orders;
    const moved = applyChanges(graph, [
      set(orders, ref("Start_pack"), "parent", "Process_customer"),
      set(orders, ref("Task_pack"), "parent", "Process_customer"),
    ]);
    const file = text(bpmnCodec.write(moved, source));
    const customer = file.slice(file.indexOf('<bpmn:process id="Process_customer"'));
    for (const id of ["Start_pack", "Task_pack", "Flow_7"]) expect(customer).toContain(`id="${id}"`);
  });

  it("gives a new condition the type that engines want, and puts it where the schema has it", () => {
    const { added, errors } = difference(claims, [
      set(claims, ref("sid-process_sequenceFlow_3", "relation"), "properties.conditionExpression", "x > 1"),
    ]);
    expect(errors).toEqual([]);
    expect(added.join(" ")).toContain('xsi:type="tFormalExpression">x &gt; 1<');
    expect(added.join(" ")).toContain('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"');
  });

  it("writes an id down that it made up, as soon as something refers to it", () => {
    const { added } = difference(claims, [
      set(claims, ref("sid-wait"), "properties.gatewayDirection", "Diverging"),
      relation("Note_line", "association", "sid-wait", "sid-process_textAnnotation_1"),
    ]);
    expect(added.join("\n")).toContain('<textAnnotation id="sid-process_textAnnotation_1">');
  });

  it("keeps what BPMN has no place for in attributes of its own", () => {
    const { added } = difference(orders, [
      set(orders, ref("Task_check"), "key", "task.check"),
      set(orders, ref("Task_check"), "lifecycle", "planned"),
    ]);
    expect(added.join("\n")).toContain('ameide:key="task.check" ameide:lifecycle="planned"');
    expect(added.join("\n")).toContain('xmlns:ameide="urn:ameide:model:1"');
  });

  it("drops the ends that an edge names when its flow leads elsewhere", () => {
    const { added } = difference(orders, [set(orders, ref("Flow_5", "relation"), "target", "End_shipped")]);
    expect(added).toContain(
      '<bpmndi:BPMNEdge id="Flow_5_di" bpmnElement="Flow_5" sourceElement="Sub_pack_di">',
    );
  });
});
