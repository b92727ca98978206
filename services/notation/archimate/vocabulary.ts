import type { Graph } from "../graph.ts";
import type { ElementType, RelationType, Vocabulary } from "../notation.ts";
import { CONCEPTS, isJunction, isRelationship, RELATIONSHIPS, type Relationship } from "./concepts.ts";
import { usualRelationship } from "./usual-relationship.ts";

const BOX = { width: 120, height: 55 };
const CONTAINER = { width: 240, height: 140 };
const JUNCTION = { width: 15, height: 15 };

/** What people say; words that fit several layers mean the business one, or the application one for software. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  BusinessActor: ["actor"],
  BusinessRole: ["role"],
  BusinessProcess: ["process"],
  BusinessFunction: ["function"],
  BusinessEvent: ["event"],
  ApplicationComponent: ["application", "component", "appcomponent", "system"],
  ApplicationInterface: ["api"],
  ApplicationService: ["appservice"],
  ApplicationFunction: ["appfunction"],
  DataObject: ["data", "dataentity"],
  Node: ["technologynode"],
  Device: ["technologydevice"],
  SystemSoftware: ["technologysystemsoftware"],
  CommunicationNetwork: ["network"],
  Artifact: ["technologyartifact"],
  Grouping: ["group"],
  AndJunction: ["junction", "and"],
  OrJunction: ["or"],
  Product: ["businessproduct"],
  Contract: ["businesscontract"],
  Representation: ["businessrepresentation"],
};

const RELATION_ALIASES: Readonly<Record<Relationship, readonly string[]>> = {
  Composition: ["composedof"],
  Aggregation: ["aggregates"],
  Assignment: ["assignedto"],
  Realization: ["realizes", "realisation", "realises"],
  Serving: ["serves", "usedby"],
  Access: ["accesses"],
  Influence: ["influences"],
  Association: ["associatedwith"],
  Triggering: ["triggers"],
  Flow: ["flowsto"],
  Specialization: ["specializes", "specialisation"],
};

const sizeOf = (name: string) => {
  if (isJunction(name)) return JUNCTION;
  return name === "Grouping" || name === "Location" ? CONTAINER : BOX;
};

const ELEMENTS: ReadonlyMap<string, ElementType> = new Map(
  [...CONCEPTS.values()].map(({ name, label, layer }) => [
    name,
    { name, label, group: layer, size: sizeOf(name), aliases: ALIASES[name] ?? [] },
  ]),
);

const RELATIONS: ReadonlyMap<string, RelationType> = new Map(
  (Object.keys(RELATIONSHIPS) as Relationship[]).map((name) => [
    name,
    { name, label: name, aliases: [RELATIONSHIPS[name], ...RELATION_ALIASES[name]] },
  ]),
);

/** "archimate:Business Process" → "businessprocess". */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^archimate:+/, "")
    .replaceAll(/[^a-z]/g, "");

function byPlainName<T extends { name: string; aliases?: readonly string[] }>(types: Iterable<T>) {
  const found = new Map<string, T>();
  for (const type of types)
    for (const name of [type.name, ...(type.aliases ?? [])]) found.set(plain(name), type);
  return found;
}

const ELEMENT_OF = byPlainName(ELEMENTS.values());
const RELATION_OF = byPlainName(RELATIONS.values());

export const archimateVocabulary: Vocabulary = {
  elements: ELEMENTS,
  relations: RELATIONS,
  elementType: (name) => ELEMENT_OF.get(plain(name)),
  relationType: (name) => {
    const word = plain(name);
    return RELATION_OF.get(word) ?? RELATION_OF.get(word.replace(/relation(ship)?$/, ""));
  },
  usualRelation,
  // Nothing contains an element in ArchiMate: compositions and aggregations say what belongs to what.
  usualParent: () => undefined,
  relationParent: () => undefined,
  groups: () => ({ by: "relation", type: "Aggregation" }),
};

function usualRelation(graph: Graph, sourceId: string, targetId: string): string | undefined {
  const [source, target] = [typeOf(graph, sourceId), typeOf(graph, targetId)];
  if (source === undefined || target === undefined) return undefined;
  const carried = carriedBy(graph, source, sourceId) ?? carriedBy(graph, target, targetId);
  return usualRelationship(source, target, carried);
}

const typeOf = (graph: Graph, id: string): string | undefined =>
  graph.elements.get(id)?.type ?? graph.relations.get(id)?.type;

/** What the relations of a junction are: all of one type. */
function carriedBy(graph: Graph, type: string, id: string): Relationship | undefined {
  if (!isJunction(type)) return undefined;
  for (const relation of graph.relations.values())
    if ((relation.source === id || relation.target === id) && isRelationship(relation.type))
      return relation.type;
  return undefined;
}
