import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import {
  XmlBufferInputProvider,
  xmlCleanupInputProvider,
  XmlDocument,
  xmlRegisterInputProvider,
  XmlValidateError,
  XsdValidator,
} from "libxml2-wasm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedWithinSchema } from "../../testing/archimate-edits.ts";
import { archimateOperations, patchedArchimate } from "../../testing/archimate-patches.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { available, locate } from "../../testing/requirements.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { emptyGraph } from "../graph.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { archimateCodec } from "./archimate-codec.ts";

const folder = available("corpus") ? join(locate("corpus") ?? "", "archimate") : undefined;
const published = folder ? readdirSync(folder).filter((name) => name.endsWith(".xml")) : [];
const own = join(import.meta.dirname, "models/order-handling.xml");
const files = [own, ...published.map((name) => join(folder ?? "", name))];

const ENTRY = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.opengroup.org/xsd/archimate/3.0/" schemaLocation="schema/archimate3_Diagram.xsd"/>
  <xs:import namespace="http://purl.org/dc/elements/1.1/" schemaLocation="schema/dc.xsd"/>
</xs:schema>`;

/** The official schemas, read from memory. */
function openSchema(schemas: string): XsdValidator {
  const names = readdirSync(schemas).filter((name) => name.endsWith(".xsd"));
  const entries = names.map((name) => [`schema/${name}`, readFileSync(join(schemas, name))] as const);
  const xml = readFileSync(join(schemas, "xml.xsd"));
  xmlRegisterInputProvider(
    new XmlBufferInputProvider({ ...Object.fromEntries(entries), "http://www.w3.org/2001/xml.xsd": xml }),
  );
  using entry = XmlDocument.fromString(ENTRY, { url: "entry.xsd" });
  return XsdValidator.fromDoc(entry);
}

describe.skipIf(!folder)("ArchiMate files of others", () => {
  let schema: XsdValidator;
  beforeAll(() => {
    schema = openSchema(join(folder ?? "", "schema"));
  });
  afterAll(() => {
    schema.dispose();
    xmlCleanupInputProvider();
  });
  const faults = (file: Uint8Array): readonly string[] => {
    using document = XmlDocument.fromBuffer(file);
    try {
      schema.validate(document);
      return [];
    } catch (error) {
      if (error instanceof XmlValidateError)
        return error.details.map(({ message, line }) => `${line}: ${message}`);
      throw error;
    }
  };

  it("are there", () => {
    expect(published.length).toBeGreaterThanOrEqual(11);
  });

  it.each(files)("come out as they went in: %s", (name) => {
    const file = readFileSync(name);
    const { graph, source, problems } = archimateCodec.read(file);
    expect(problems).toEqual([]);
    // A copy, so that every item is compared and none is taken for unchanged because it is the same object.
    const again = archimateCodec.write(structuredClone(graph), source);
    expect(canonicalXml(readXml(again))).toBe(canonicalXml(readXml(file)));
    expect(archimateCodec.read(again).graph).toEqual(graph);
    expect(faults(again)).toEqual([]);
  });

  it.each(files)("can be written anew from their graph alone: %s", (name) => {
    const { graph } = archimateCodec.read(readFileSync(name));
    const made = archimateCodec.write({
      ...graph,
      // Viewpoints are not in the graph.
      views: new Map([...graph.views].map(([id, view]) => [id, { ...view, properties: {} }])),
    });
    expect(faults(made)).toEqual([]);
  });

  it("are valid after any edits that are", () => {
    const { graph, source } = archimateCodec.read(readFileSync(own));
    fc.assert(
      fc.property(graphEdits, (edits) => {
        expect(faults(archimateCodec.write(changedWithinSchema(graph, edits), source))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("are valid after any patch that was not refused", () => {
    const { graph, source } = archimateCodec.read(readFileSync(own));
    fc.assert(
      fc.property(archimateOperations(graph), (operations) => {
        const next = patchedArchimate(graph, operations) ?? graph;
        expect(faults(archimateCodec.write(next, source))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("are valid when they are new", () => {
    expect(faults(archimateCodec.write(emptyGraph("archimate")))).toEqual([]);
    const made = generateModel("archimate", 300);
    expect(faults(archimateCodec.write(made))).toEqual([]);
  });
});
