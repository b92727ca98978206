import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { attributeOf, descendantsOf, elementsOf } from "../xml/query-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { childSlot, isA, SCHEMA } from "./schema.ts";

const FOLDER = join(
  createRequire(import.meta.url).resolve("bpmn-moddle/package.json"),
  "../resources/bpmn/xsd",
);
const FILES = ["Semantic.xsd", "BPMN20.xsd"].map((name) => readXml(readFileSync(join(FOLDER, name))).root);

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
/** "tUserTask" is "userTask" here. */
const typeName = (name: string): string => {
  const own = local(name);
  return /^t[A-Z]/.test(own) ? own.charAt(1).toLowerCase() + own.slice(2) : own;
};
const within = (node: XmlElement, name: string) =>
  [...descendantsOf(node)].filter((inner) => inner.local === name);

const all = FILES.flatMap(elementsOf);
const simpleTypes = new Set(
  all.filter((node) => node.local === "simpleType").map((node) => attributeOf(node, "name")),
);
const elementTypes = new Map(
  all
    .filter((node) => node.local === "element")
    .map((node) => [attributeOf(node, "name") ?? "", typeName(attributeOf(node, "type") ?? "")]),
);

const scalarType = (name = "") => (simpleTypes.has(name) ? "string" : local(name));

function childrenOf(type: XmlElement) {
  return within(type, "element").map((node) => {
    const ref = attributeOf(node, "ref");
    const name = ref === undefined ? (attributeOf(node, "name") ?? "") : local(ref);
    const declared = attributeOf(node, "type") ?? "";
    const min = attributeOf(node, "minOccurs") ?? "1";
    return {
      name,
      type: ref === undefined ? typeName(declared) : (elementTypes.get(name) ?? name),
      isRequired: min !== "0",
      isMany: (attributeOf(node, "maxOccurs") ?? "1") !== "1",
    };
  });
}

describe("the table of BPMN's types", () => {
  const types = all.filter((node) => node.local === "complexType");

  it.each(types.map((type) => [typeName(attributeOf(type, "name") ?? ""), type] as const))(
    "says of %s what the schema of the OMG says",
    (name, type) => {
      const ours = SCHEMA.get(name);
      const base = within(type, "extension")[0];
      const inherited = SCHEMA.get(ours?.base ?? "");
      expect(ours?.base).toBe(base && typeName(attributeOf(base, "base") ?? ""));
      expect(ours?.isAbstract).toBe(attributeOf(type, "abstract") === "true");
      expect(ours?.children.slice(inherited?.children.length ?? 0)).toEqual(childrenOf(type));
      const attributes = within(type, "attribute").map((node) => ({
        name: attributeOf(node, "name"),
        type: scalarType(attributeOf(node, "type")),
        isRequired: attributeOf(node, "use") === "required",
      }));
      expect([...(ours?.attributes.values() ?? [])].slice(inherited?.attributes.size ?? 0)).toEqual(
        attributes,
      );
    },
  );

  it("has no type that the schema does not have", () => {
    expect(SCHEMA.size).toBe(types.length);
  });
});

describe("the order of children", () => {
  it("is that of the schema", () => {
    const order = [
      "documentation",
      "incoming",
      "property",
      "dataInputAssociation",
      "multiInstanceLoopCharacteristics",
    ];
    const slots = order.map((name) => childSlot("userTask", name));
    expect(slots).toEqual(slots.toSorted((a, b) => (a ?? NaN) - (b ?? NaN)));
  });

  it("has no place for what may not stand there", () => {
    expect(childSlot("process", "participant")).toBeUndefined();
    expect(childSlot("task", "sequenceFlow")).toBeUndefined();
    expect(isA("userTask", "activity")).toBe(true);
  });
});
