import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { generateModel } from "../../testing/model-graphs.ts";
import { MISTAKES, ONE_LINE, ORDERS } from "../../testing/models/uml-files.ts";
import { umlCodec } from "./uml-codec.ts";
import { CONNECTION, ELEMENT, FORMAT, NODE, RELATION, VERSION, VIEW } from "./uml-format.ts";
import { umlVocabulary } from "./vocabulary.ts";

interface Schema {
  readonly $defs: Record<string, { properties: Record<string, { enum?: string[] }> }>;
  readonly properties: Record<string, { const?: unknown }>;
}

const schema = JSON.parse(
  readFileSync(new URL("./ameide-uml-1.schema.json", import.meta.url), "utf8"),
) as Schema;
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
const jsonOf = (text: string): unknown => JSON.parse(text.replace(/^\uFEFF/, ""));
const written = (file: Uint8Array) => jsonOf(new TextDecoder().decode(file));

describe("the schema of the UML format", () => {
  it("allows what is well written, and refuses what is not", () => {
    expect([ORDERS, ONE_LINE, MISTAKES].map((text) => isValid(jsonOf(text)))).toEqual([true, true, false]);
  });

  it("allows what is written here", () => {
    expect(isValid(written(umlCodec.write(generateModel("uml", 200))))).toBe(true);
    const { graph, source } = umlCodec.read(new TextEncoder().encode(ORDERS));
    expect(isValid(written(umlCodec.write({ ...graph, name: "Other" }, source)))).toBe(true);
  });

  it("has the same keys and types as the program", () => {
    const keysOf = (name: string) => Object.keys(schema.$defs[name]?.properties ?? {});
    for (const [name, shape, more] of [
      ["element", ELEMENT, []],
      ["relation", RELATION, []],
      ["view", VIEW, ["nodes", "connections"]],
      ["node", NODE, ["bounds", "label"]],
    ] as const)
      expect(keysOf(name).toSorted()).toEqual(
        [...shape.fields, ...shape.own, ...more, "properties"].toSorted(),
      );
    for (const key of keysOf("connection"))
      expect([...CONNECTION.fields, ...CONNECTION.own, "waypoints", "label", "properties"]).toContain(key);
    const typesOf = (name: string) => schema.$defs[name]?.properties["type"]?.enum;
    expect(typesOf("element")).toEqual([...umlVocabulary.elements.keys()]);
    expect(typesOf("relation")).toEqual([...umlVocabulary.relations.keys()]);
    expect([schema.properties["format"]?.const, schema.properties["version"]?.const]).toEqual([
      FORMAT,
      VERSION,
    ]);
  });
});
