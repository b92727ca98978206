import type { Graph } from "../../notation/graph.ts";
import { ModelBuilder } from "./model-builder.ts";

/** What a landscape consists of, and its share in it. */
const TYPES = [
  ["BusinessActor", 1],
  ["BusinessRole", 1],
  ["BusinessProcess", 3],
  ["BusinessService", 1],
  ["BusinessObject", 1],
  ["ApplicationComponent", 3],
  ["ApplicationService", 2],
  ["DataObject", 2],
  ["Node", 1],
  ["SystemSoftware", 1],
  ["TechnologyService", 1],
] as const;

type Type = (typeof TYPES)[number][0];

/** Relations that ArchiMate allows, and how many each source has on average. */
const RELATIONS: readonly (readonly [type: string, source: Type, target: Type, perSource: number])[] = [
  ["Assignment", "BusinessActor", "BusinessRole", 1],
  ["Assignment", "BusinessRole", "BusinessProcess", 2],
  ["Triggering", "BusinessProcess", "BusinessProcess", 1.2],
  ["Realization", "BusinessProcess", "BusinessService", 0.4],
  ["Access", "BusinessProcess", "BusinessObject", 0.8],
  ["Serving", "ApplicationService", "BusinessProcess", 2],
  ["Realization", "ApplicationComponent", "ApplicationService", 1],
  ["Flow", "ApplicationComponent", "ApplicationComponent", 1.5],
  ["Access", "ApplicationService", "DataObject", 1],
  ["Realization", "DataObject", "BusinessObject", 0.3],
  ["Serving", "TechnologyService", "ApplicationComponent", 2],
  ["Realization", "Node", "TechnologyService", 1],
  ["Composition", "Node", "SystemSoftware", 1],
];

/** A landscape in layers, with a few hubs that much depends on, and some elements that nothing is connected with. */
export function archimateGraph(size: number, seed: number): Graph {
  const model = new ModelBuilder("archimate", seed);
  const ids = new Map<Type, string[]>(TYPES.map(([type]) => [type, []]));
  const weighted = TYPES.flatMap(([type, share]) => Array.from({ length: share }, () => type));
  while (model.size < size) {
    const type = model.size < TYPES.length ? (TYPES[model.size]?.[0] as Type) : model.pick(weighted);
    ids.get(type)?.push(model.element(type, { ...(model.chance(0.05) && { lifecycle: "retiring" }) }));
  }
  for (const relation of RELATIONS) connect(model, ids, relation);
  return model.graph("Generated landscape");
}

function connect(
  model: ModelBuilder,
  ids: ReadonlyMap<Type, readonly string[]>,
  [type, from, to, perSource]: (typeof RELATIONS)[number],
): void {
  const [sources, targets] = [ids.get(from) ?? [], ids.get(to) ?? []];
  const pairs = new Set<string>();
  for (let n = sources.length * perSource; n >= 1; n--) {
    const source = model.pick(sources);
    // The square leans towards the first ones: hubs.
    const target = targets[Math.floor((model.below(1000) ** 2 / 1_000_000) * targets.length)];
    if (target === undefined || target === source || pairs.has(`${source} ${target}`)) continue;
    pairs.add(`${source} ${target}`);
    model.relation(type, source, target);
  }
}
