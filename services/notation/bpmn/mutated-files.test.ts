import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedWithinBpmn, unordered } from "../../testing/bpmn-edits.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import { bpmnCodec } from "./codec.ts";
import { BPMN_RULES } from "./rules/bpmn-rules.ts";
import { SCHEMA } from "./schema.ts";
import {
  attach,
  detach,
  draftChildren,
  draftOf,
  isWithin,
  setAttribute,
  type DraftElement,
} from "./xml-draft.ts";

interface Mutation {
  readonly what: number;
  readonly which: number;
  readonly other: number;
}

const NAMES = ["order-handling", "default-namespace", "choreography"];
const TYPES = [...SCHEMA.keys()];

/** A file as a careless program might have left it. */
function mutated(name: string, mutations: readonly Mutation[]): Uint8Array {
  const document = readXml(readFileSync(join(import.meta.dirname, `models/${name}.bpmn`)));
  const { root } = draftOf(document.root);
  for (const mutation of mutations) mutate(root, mutation);
  return writeXml({ ...document, root });
}

function mutate(root: DraftElement, { what, which, other }: Mutation): void {
  const all = [...inside(root)];
  const [node, second] = [all[which % all.length], all[other % all.length]];
  if (!node || !second) return;
  const attribute = node.attributes[other % Math.max(node.attributes.length, 1)];
  const isOwn = attribute !== undefined && !attribute.name.startsWith("xmlns");
  switch (what % 6) {
    case 0:
      return detach(node);
    case 1:
      return isOwn ? setAttribute(node, attribute.local, undefined, attribute.namespace) : undefined;
    case 2: {
      const prefix = node.name.slice(0, -node.local.length);
      node.local = TYPES[other % TYPES.length] ?? "task";
      node.name = prefix + node.local;
      return;
    }
    case 3:
      if (isWithin(node, second)) return;
      detach(node);
      return attach(second, node);
    case 4:
      return setAttribute(node, "id", second.attributes.find(({ name }) => name === "id")?.value ?? "x y");
    default:
      return isOwn ? setAttribute(node, attribute.local, "tns:nothing", attribute.namespace) : undefined;
  }
}

function* inside(node: DraftElement): Generator<DraftElement> {
  for (const child of draftChildren(node)) {
    yield child;
    yield* inside(child);
  }
}

const mutations = fc.array(fc.record({ what: fc.nat(1000), which: fc.nat(1000), other: fc.nat(1000) }), {
  maxLength: 8,
});

describe("a file with mistakes", () => {
  it.each(NAMES)("%s is read, judged and comes out as it went in", (name) => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const file = mutated(name, changes);
        const { graph, source, problems } = bpmnCodec.read(file);
        expect(problems.every(({ severity }) => severity !== "error")).toBe(true);
        for (const rule of BPMN_RULES)
          expect([...rule.check(graph)].every(({ code }) => code === rule.id)).toBe(true);
        const written = bpmnCodec.write({ ...graph }, source);
        expect(canonicalXml(readXml(written))).toBe(canonicalXml(readXml(file)));
        expect(bpmnCodec.read(written).graph).toEqual(graph);
      }),
      { numRuns: 60 },
    );
  });

  it.each(NAMES)("%s can be changed without an accident", (name) => {
    fc.assert(
      fc.property(mutations, graphEdits, (changes, edits) => {
        const { graph, source } = bpmnCodec.read(mutated(name, changes));
        const wanted = changedWithinBpmn(graph, edits.slice(0, 5));
        const again = unordered(bpmnCodec.read(bpmnCodec.write(wanted, source)).graph);
        expect(Object.keys(again.elements).toSorted()).toEqual(
          Object.keys(unordered(wanted).elements).toSorted(),
        );
      }),
      { numRuns: 60 },
    );
  });
});
