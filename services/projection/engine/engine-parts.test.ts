import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph, Notation } from "../../notation/graph.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { smallGraph } from "../../testing/small-graph.ts";
import { chainsOf } from "./chains.ts";
import { indexOf } from "./graph-index.ts";
import { hotspotsOf } from "./hotspots.ts";
import { impactOf } from "./impact.ts";
import { metricsOf } from "./metrics.ts";
import { scenariosOf } from "./scenarios.ts";
import { componentsOf } from "./strong-components.ts";
import { idText, quoted, shortened } from "./write-words.ts";

/** "a>b c": a flow from a to b, and c for itself. */
function flows(words: string, notation: Notation = "bpmn", relation = "sequenceFlow", type = "task"): Graph {
  const pairs = words.split(" ").map((word) => word.split(">"));
  const ids = [...new Set(pairs.flat())];
  const relations = pairs.flatMap(([from, to]) => (to === undefined ? [] : [`${relation} ${from} ${to}`]));
  return smallGraph(
    notation,
    ids.map((id) => `${id.startsWith("g") ? "exclusiveGateway" : type} ${id}`),
    relations,
  );
}

const names = (graph: Graph, positions: readonly number[]) =>
  positions.map((at) => [...graph.elements.keys()][at]).join("");

describe("strongly connected components", () => {
  it("are those that can reach each other, in any graph", () => {
    const graphs = fc
      .integer({ min: 1, max: 8 })
      .chain((size) =>
        fc.array(fc.array(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
      );
    fc.assert(
      fc.property(graphs, (next) => {
        const reach = next.map((_, from) => {
          const seen = new Set([from]);
          for (const at of seen) for (const end of next[at] ?? []) seen.add(end);
          return seen;
        });
        const component = componentsOf(next);
        for (const a of next.keys())
          for (const b of next.keys())
            expect(component[a] === component[b]).toBe(reach[a]?.has(b) && reach[b]?.has(a));
      }),
    );
  });

  it("of a way of 100,000 elements are found without running out of stack", () => {
    const next = Array.from({ length: 100_000 }, (_, at) => (at < 99_999 ? [at + 1] : []));
    expect(new Set(componentsOf(next)).size).toBe(100_000);
  });
});

describe("a chain", () => {
  const chains = (graph: Graph) => chainsOf(indexOf(graph)).map((chain) => names(graph, chain));

  it("is a run without a choice, without its ends where there is one", () => {
    expect(chains(flows("s>a a>b b>c c>g g>x g>y"))).toEqual(["abc"]);
  });

  it("is none where something else is connected, or where it is short or a ring", () => {
    expect(chains(flows("s>a a>b b>c c>e x>b"))).toEqual([]);
    expect(chains(flows("s>a a>b b>e"))).toEqual([]);
    expect(chains(flows("a>b b>c c>d d>a"))).toEqual([]);
    const attached = [...flows("s>a a>b b>c c>e").elements.values()];
    const event = {
      id: "t",
      type: "boundaryEvent",
      name: "t",
      documentation: "",
      properties: { attachedToRef: "b" },
    };
    const elements = new Map([...attached, event].map((element) => [element.id, element]));
    expect(chains({ ...flows("s>a a>b b>c c>e"), elements })).toEqual([]);
  });
});

describe("a scenario", () => {
  const scenarios = (graph: Graph) =>
    scenariosOf(indexOf(graph)).map(({ path, weight }) => `${names(graph, path)} ${weight.toFixed(2)}`);

  it("is a way from a start to an end; each choice shares out the weight", () => {
    expect(scenarios(flows("s>g g>a g>b a>e b>e"))).toEqual(["sgbe 0.50", "sgae 0.50"]);
    expect(scenarios(flows("s>g g>a g>h h>b h>c"))).toEqual(["sga 0.50", "sghc 0.25", "sghb 0.25"]);
  });

  it("goes round no loop, which keeps its share", () => {
    expect(scenarios(flows("s>a a>g g>a g>e"))).toEqual(["sage 0.50"]);
  });

  it("takes all branches of a parallel gateway as they come", () => {
    const graph = smallGraph(
      "bpmn",
      ["startEvent s", "parallelGateway p", "task a", "task b"],
      ["sequenceFlow s p", "sequenceFlow p a", "sequenceFlow p b"],
    );
    expect(scenarios(graph)).toEqual(["spb 1.00", "spa 1.00"]);
  });
});

describe("impact", () => {
  const impact = (graph: Graph, from: string, depth = 0) => {
    const index = indexOf(graph);
    const found = impactOf(index, [index.at.get(from) ?? -1], depth);
    return found.map(
      ({ at, distance, via, type }) => `${names(graph, [at])}${distance} ${type} ${names(graph, [via])}`,
    );
  };

  it("runs with sequence flows, and no farther than asked", () => {
    const graph = flows("a>b b>c c>d");
    expect(impact(graph, "b")).toEqual(["c1 sequenceFlow b", "d2 sequenceFlow c"]);
    expect(impact(graph, "b", 1)).toEqual(["c1 sequenceFlow b"]);
  });

  it.each([
    ["Serving", "b", "a"],
    ["Composition", "a", "b"],
    ["Specialization", "a", "b"],
    ["Access", "a", "b"],
    ["Association", "ab", "ab"],
  ])("of %s is felt by %s when %s changes", (relation, feels, changes) => {
    const graph = flows("a>b", "archimate", relation, "ApplicationComponent");
    const felt = [...changes].flatMap((from) => impact(graph, from).map((line) => line[0]));
    expect(felt.toSorted().join("")).toBe(feels);
  });

  it("is felt by the container and by what is contained, but not by its neighbours in it", () => {
    const graph = smallGraph("bpmn", ["process p", "subProcess s in p", "task a in s", "task b in p"]);
    expect(impact(graph, "s")).toEqual(["a1 contains s", "p1 contains s"]);
  });
});

describe("hotspots", () => {
  const hot = (graph: Graph, changes: [string, number][] = []) => {
    const observed = { changes: new Map(changes), violations: new Map() };
    return Object.fromEntries(
      hotspotsOf(indexOf(graph), observed).map(({ at, why }) => [
        names(graph, [at]),
        why.map(({ reason, value }) => `${reason} ${value}`),
      ]),
    );
  };

  it("are dead ends, what is disconnected, what changes often and what much leads to", () => {
    const graph = flows("a>m b>m c>m d>m e>m m>x y h>i i>j j>k k>l l>h");
    expect(hot(graph, [["x", 4]])).toEqual({
      m: ["fan_in 5"],
      x: ["churn 4", "dead_end 0"],
      y: ["disconnected 0"],
      h: ["cycle 5"],
    });
  });

  it("name one element of a cycle for all", () => {
    expect(hot(flows("s>a a>b b>g g>a g>b"))).toEqual({
      a: ["cycle 3"],
    });
  });
});

describe("metrics", () => {
  it("count what there is", () => {
    const values = Object.fromEntries(
      metricsOf(indexOf(flows("s>g g>a g>b a>e b>e x"))).map(({ name, value }) => [name, value]),
    );
    expect(values).toMatchObject({
      elements: 6,
      relations: 5,
      connected: 5,
      parts: 2,
      cycles: 0,
      gateways: 1,
      cyclomatic_complexity: 2,
    });
    const uml = flows("a>b b>c d>c", "uml", "generalization", "class");
    expect(metricsOf(indexOf(uml))).toContainEqual({ name: "inheritance_depth", value: 2 });
  });

  it("come to an end in a model that contains itself", () => {
    const graph = smallGraph("uml", ["package p in q", "package q in p", "class c in q"]);
    expect(metricsOf(indexOf(graph))).toContainEqual({ name: "nesting", value: 3 });
  });
});

describe("words", () => {
  it("of others are one line of single spaces, cut by characters", () => {
    expect(quoted(' a\n\t"b"\u0000 ', 80)).toBe(String.raw`"a \"b\""`);
    expect(shortened("🏦🏦🏦🏦", 3)).toBe("🏦🏦…");
    expect(shortened("x".repeat(100_000), 5)).toBe("xxxx…");
    expect(shortened("\ud800", 5)).toBe("\ufffd");
  });

  it("that are ids stay what they are, in quotes where they could be mistaken", () => {
    expect(idText("Activity_0x1")).toBe("Activity_0x1");
    for (const id of ["+1", "a b", 'a"b', "/x", "a,b", "*", "", "a  b", "\u2028", "Ünï-cödé"]) {
      const text = idText(id);
      expect(text.startsWith('"') ? JSON.parse(text) : text).toBe(id);
      expect(text).not.toMatch(/\s\s|^[\s/+*]/);
    }
  });
});

it("every model that is generated is the same for the same seed, and as large as asked", () => {
  for (const notation of ["bpmn", "archimate", "uml", "dmn"] as const) {
    expect(generateModel(notation, 200, 3)).toEqual(generateModel(notation, 200, 3));
    expect(generateModel(notation, 200, 4)).not.toEqual(generateModel(notation, 200, 3));
    expect(generateModel(notation, 200).elements.size).toBeGreaterThanOrEqual(200);
  }
});
