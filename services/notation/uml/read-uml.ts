import type {
  Bounds,
  Element,
  Graph,
  Lifecycle,
  Point,
  Relation,
  View,
  ViewConnection,
  ViewNode,
} from "../graph.ts";
import type { ReadModel } from "../notation.ts";
import { UnreadableModel, type Problem } from "../problem.ts";
import { readItem, type Extras, type ReadItem, type Reader } from "./json-item.ts";
import { memberOf, numberOf, stringOf, type JsonArray, type JsonNode, type JsonObject } from "./json-tree.ts";
import { readJson, type ReadJson } from "./read-json.ts";
import {
  CONNECTION,
  ELEMENT,
  FORMAT,
  MODEL,
  NODE,
  RELATION,
  VERSION,
  VIEW,
  type Shape,
} from "./uml-format.ts";
import { danglingReferences } from "./dangling.ts";
import type { UmlSource, Places, ViewPlaces } from "./uml-source.ts";
import { umlVocabulary } from "./vocabulary.ts";

export function readUml(file: Uint8Array): ReadModel<UmlSource> {
  const json = readJson(file);
  const { root } = json.document;
  if (root.kind !== "object" || stringOf(memberOf(root, "format")) !== FORMAT)
    throw new UnreadableModel({
      code: "UNKNOWN_FORMAT",
      message: `this is no UML model: "format" has to be "${FORMAT}"`,
    });
  const version = numberOf(memberOf(root, "version"));
  if (version !== undefined && version !== VERSION)
    throw new UnreadableModel({
      code: "UNSUPPORTED_VERSION",
      message: `version ${version} of ${FORMAT} is not known here: export it as version ${VERSION}`,
    });
  const reader = new UmlReader(json);
  const { graph, places } = reader.model(root);
  if (version === undefined)
    reader.problem(root, "MISSING_VERSION", `"version" is missing; ${VERSION} is assumed`);
  for (const { node, ...dangling } of danglingReferences(graph, places))
    reader.problems.push({ severity: "warning", ...dangling, ...json.place(node.offset) });
  const source: UmlSource = { notation: "uml", graph, document: json.document, places };
  return { graph, source, problems: reader.problems };
}

class UmlReader {
  readonly problems: Problem[];
  readonly #json: ReadJson;
  readonly #ids = new Set<string>();

  constructor(json: ReadJson) {
    this.#json = json;
    this.problems = [...json.problems];
  }

  problem(node: JsonNode, code: string, message: string, itemId?: string): void {
    const place = this.#json.place(node.offset);
    this.problems.push({
      severity: "warning",
      code,
      message,
      ...(itemId !== undefined && { itemId }),
      ...place,
    });
  }

  model(root: JsonObject): { graph: Graph; places: Places } {
    const { fields, properties } = this.#item(root, MODEL, "the model");
    const elements = this.#list(root, "elements", this.#ids, (object, id) => this.#element(object, id));
    const relations = this.#list(root, "relations", this.#ids, (object, id) => this.#relation(object, id));
    const places = new Map<string, ViewPlaces>();
    const views = this.#list(root, "views", this.#ids, (object, id) => this.#view(object, id, places));
    const graph: Graph = {
      notation: "uml",
      id: fields["id"] ?? "",
      name: fields["name"] ?? "",
      documentation: fields["documentation"] ?? "",
      properties,
      elements: elements.items,
      relations: relations.items,
      views: views.items,
    };
    return { graph, places: { elements: elements.objects, relations: relations.objects, views: places } };
  }

  #element(object: JsonObject, id: string): Element {
    const { fields, properties } = this.#item(object, ELEMENT, id);
    const { type = "", name = "", parent, key, lifecycle, documentation = "" } = fields;
    if (!umlVocabulary.elements.has(type))
      this.problem(object, "UNKNOWN_TYPE", `${id} is of the unknown type "${type}"; it is kept as it is`, id);
    const known = lifecycle === undefined || isLifecycle(lifecycle);
    if (!known) this.problem(object, "UNKNOWN_LIFECYCLE", `"${lifecycle}" of ${id} is no lifecycle`, id);
    return {
      id,
      type,
      name,
      documentation,
      properties,
      ...(parent !== undefined && { parent }),
      ...(key !== undefined && { key }),
      ...(isLifecycle(lifecycle) && { lifecycle }),
    };
  }

  #relation(object: JsonObject, id: string): Relation {
    const { fields, properties } = this.#item(object, RELATION, id);
    const { type = "", name = "", source = "", target = "", parent, documentation = "" } = fields;
    if (!umlVocabulary.relations.has(type))
      this.problem(object, "UNKNOWN_TYPE", `${id} is of the unknown type "${type}"; it is kept as it is`, id);
    return {
      id,
      type,
      name,
      source,
      target,
      documentation,
      properties,
      ...(parent !== undefined && { parent }),
    };
  }

  #view(object: JsonObject, id: string, places: Map<string, ViewPlaces>): View {
    const { fields, properties } = this.#item(object, VIEW, id);
    const { type = "", name = "", element, documentation = "" } = fields;
    const ids = new Set<string>();
    const nodes = this.#list(object, "nodes", ids, (node, nodeId) => this.#node(node, nodeId));
    const connections = this.#list(object, "connections", ids, (line, lineId) =>
      this.#connection(line, lineId),
    );
    places.set(id, { object, nodes: nodes.objects, connections: connections.objects });
    return {
      id,
      type,
      name,
      documentation,
      properties,
      ...(element !== undefined && { element }),
      nodes: nodes.items,
      connections: connections.items,
    };
  }

  #node(object: JsonObject, id: string): ViewNode {
    const { fields, properties, extras } = this.#item(object, NODE, id, {
      bounds: readBounds,
      label: readBounds,
    });
    const { element, parent } = fields;
    return {
      id,
      properties,
      ...(element !== undefined && { element }),
      ...(parent !== undefined && { parent }),
      ...(extras as { bounds?: Bounds; label?: Bounds }),
    };
  }

  #connection(object: JsonObject, id: string): ViewConnection {
    const readers = { waypoints: readPoints, label: readBounds };
    const { fields, properties, extras } = this.#item(object, CONNECTION, id, readers);
    const { relation, source, target } = fields;
    return {
      id,
      properties,
      ...(relation !== undefined && { relation }),
      ...(source !== undefined && { source }),
      ...(target !== undefined && { target }),
      waypoints: [],
      ...(extras as { waypoints?: readonly Point[]; label?: Bounds }),
    };
  }

  #item(object: JsonObject, shape: Shape, id: string, extras: Extras = {}): ReadItem {
    const wrong = (key: string, node: JsonNode) =>
      this.problem(node, "WRONG_VALUE", `"${key}" of ${id} cannot be read; it stays in the file`, id);
    return readItem(object, shape, wrong, extras);
  }

  /** The objects of a list by id. One without an id, or with one that is taken, gets another. */
  #list<T>(
    owner: JsonObject,
    key: string,
    taken: Set<string>,
    read: (object: JsonObject, id: string) => T,
  ): { items: Map<string, T>; objects: Map<string, JsonObject> } {
    const [items, objects] = [new Map<string, T>(), new Map<string, JsonObject>()];
    const array = this.#array(owner, key);
    const own = new Set(
      array?.entries.map(({ value }) => value.kind === "object" && stringOf(memberOf(value, "id"))),
    );
    for (const [i, { value: object }] of (array?.entries ?? []).entries()) {
      if (object.kind !== "object") {
        this.problem(object, "WRONG_VALUE", `${key}[${i}] is no object; it stays in the file`);
        continue;
      }
      const written = stringOf(memberOf(object, "id")) ?? "";
      const id = written !== "" && !taken.has(written) ? written : freeId(`${key}-${i}`, taken, own);
      if (id !== written) {
        const why = written === "" ? "has no id" : `has the id ${written} of another one`;
        this.problem(
          object,
          written === "" ? "MISSING_ID" : "DUPLICATE_ID",
          `${key}[${i}] ${why}: it is ${id} here`,
          id,
        );
      }
      taken.add(id);
      objects.set(id, object);
      items.set(id, read(object, id));
    }
    return { items, objects };
  }

  #array(owner: JsonObject, key: string): JsonArray | undefined {
    const node = memberOf(owner, key);
    if (node && node.kind !== "array")
      this.problem(node, "WRONG_VALUE", `"${key}" is no list; it stays in the file`);
    return node?.kind === "array" ? node : undefined;
  }
}

function freeId(wanted: string, taken: ReadonlySet<string>, own: ReadonlySet<unknown>): string {
  let id = wanted;
  for (let i = 2; taken.has(id) || own.has(id); i++) id = `${wanted}-${i}`;
  return id;
}

const LIFECYCLES: ReadonlySet<string> = new Set<Lifecycle>(["planned", "current", "retiring", "retired"]);
const isLifecycle = (text: string | undefined): text is Lifecycle =>
  text !== undefined && LIFECYCLES.has(text);

const readBounds: Reader = (node) => {
  if (node.kind !== "object") return undefined;
  const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => numberOf(memberOf(node, key)));
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return width < 0 || height < 0 ? undefined : { x, y, width, height };
};

const readPoint: Reader = (node) => {
  if (node.kind !== "object") return undefined;
  const [x, y] = [numberOf(memberOf(node, "x")), numberOf(memberOf(node, "y"))];
  return x === undefined || y === undefined ? undefined : { x, y };
};

const readPoints: Reader = (node) => {
  if (node.kind !== "array") return undefined;
  const points = node.entries.map(({ value }) => readPoint(value));
  return points.includes(undefined) ? undefined : (points as never);
};
