import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedArchimate, inNestingOrder } from "../../testing/archimate-edits.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { applyChanges } from "../apply-changes.ts";
import { archimateCodec } from "./archimate-codec.ts";

const file = readFileSync(join(import.meta.dirname, "models/version-2.xml"));
const { graph, source, problems } = archimateCodec.read(file);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a file of version 2.1", () => {
  it("is read in the words of version 3, which is said", () => {
    expect(problems).toMatchObject([{ severity: "info", code: "ARCHIMATE_2", line: 2 }]);
    expect([...graph.elements.values()].map(({ type, name }) => [type, name])).toEqual([
      ["BusinessProcess", "Handle claim"],
      ["TechnologyService", "Messaging"],
      ["CommunicationNetwork", "LAN"],
    ]);
    expect([...graph.relations.values()].map(({ type }) => type)).toEqual(["Serving", "Association"]);
    expect(graph.elements.get("id-process")?.properties).toEqual({ Owner: "Claims" });
    const view = graph.views.get("id-overview");
    expect(view?.nodes.get("n-group")?.properties).toEqual({ type: "Container", label: "Business" });
    expect(view?.nodes.get("n-process")).toMatchObject({ element: "id-process", parent: "n-group" });
    expect(view?.connections.get("c-r1")).toMatchObject({ relation: "id-r1", properties: {} });
  });

  it("comes out as it went in when nothing has changed", () => {
    expect(text(archimateCodec.write(graph, source))).toBe(text(file));
    expect(text(archimateCodec.write(structuredClone(graph), structuredClone(source)))).toBe(text(file));
  });

  it("is written in its own words", () => {
    const element = {
      id: "id-new",
      type: "TechnologyService",
      name: "Mail",
      documentation: "",
      properties: { Cost: "5" },
    };
    const relation = {
      ...element,
      id: "id-r3",
      type: "Serving",
      name: "",
      source: "id-new",
      target: "id-process",
      properties: {},
    };
    const node = {
      id: "n-new",
      element: "id-new",
      bounds: { x: 1, y: 2, width: 3, height: 4 },
      properties: {},
    };
    const after = text(
      archimateCodec.write(
        applyChanges(graph, [
          { op: "add", item: { kind: "element", value: element } },
          { op: "add", item: { kind: "relation", value: relation } },
          { op: "add", item: { kind: "node", viewId: "id-overview", value: node } },
        ]),
        source,
      ),
    );
    const before = new Set(text(file).split("\n"));
    expect(after.split("\n").filter((line) => !before.has(line))).toMatchInlineSnapshot(`
      [
        "    <element identifier="id-new" xsi:type="InfrastructureService">",
        "      <label xml:lang="en">Mail</label>",
        "        <property identifierref="propid-2">",
        "          <value xml:lang="en">5</value>",
        "    <relationship identifier="id-r3" source="id-new" target="id-process" xsi:type="UsedByRelationship"/>",
        "      <item identifierref="id-new"/>",
        "    <propertydef identifier="propid-2" name="Cost" type="string"/>",
        "      <node identifier="n-new" elementref="id-new" x="1" y="2" w="3" h="4"/>",
      ]
    `);
  });

  it("reads back as the graph that was written, whatever has changed", () => {
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const next = changedArchimate(graph, edits);
        const back = archimateCodec.read(archimateCodec.write(next, source));
        expect(inNestingOrder(back.graph)).toEqual(inNestingOrder(next));
      }),
      { numRuns: 300 },
    );
  });
});
