import type { Element, Graph, Relation, Value, View, ViewConnection, ViewNode } from "../graph.ts";
import { PRETTY, jsonOf, styleOf, withEntries, withMember, type JsonStyle } from "./edit-json.ts";
import { writeItem, type ItemRecord } from "./json-item.ts";
import {
  memberOf,
  writeJson,
  type JsonArray,
  type JsonDocument,
  type JsonNode,
  type JsonObject,
} from "./json-tree.ts";
import type { UmlSource } from "./uml-source.ts";
import {
  CONNECTION,
  ELEMENT,
  EMPTY_BY_DEFAULT,
  FORMAT,
  MODEL,
  NODE,
  RELATION,
  VERSION,
  VIEW,
  type Shape,
} from "./uml-format.ts";

export function writeUml(graph: Graph, source?: UmlSource): Uint8Array {
  if (source && source.graph === graph) return writeJson(source.document);
  const document = source?.document ?? NEW;
  return writeJson({ ...document, root: new UmlWriter(document, source).model(graph) });
}

const NEW: JsonDocument = {
  byteOrderMark: false,
  before: "",
  root: { kind: "object", entries: [], inner: "", offset: 0 },
  after: "\n",
};

type Item = Element | Relation | View | ViewNode | ViewConnection;
type Items = ReadonlyMap<string, Item>;
type Objects = ReadonlyMap<string, JsonObject>;

interface List {
  readonly key: string;
  readonly shape: Shape;
  readonly was: Items;
  readonly now: Items;
  readonly objects: Objects;
  /** What is inside of an item beyond its own keys. */
  readonly inside?: (object: JsonObject, id: string) => JsonObject;
}

class UmlWriter {
  readonly #source: UmlSource | undefined;
  readonly #style: JsonStyle;
  readonly #root: JsonObject;

  constructor(document: JsonDocument, source: UmlSource | undefined) {
    this.#source = source;
    this.#style = source ? styleOf(document.root) : PRETTY;
    this.#root = document.root.kind === "object" ? document.root : (NEW.root as JsonObject);
  }

  model(graph: Graph): JsonObject {
    const was = this.#source?.graph;
    const places = this.#source?.places;
    const root = writeItem(
      this.#source ? this.#root : this.#newRoot(),
      MODEL,
      was ? recordOf(was) : {},
      recordOf(graph),
      this.#style,
      0,
    );
    const list = (key: "elements" | "relations", shape: Shape): List => ({
      key,
      shape,
      was: was?.[key] ?? NONE,
      now: graph[key],
      objects: places?.[key] ?? NONE,
    });
    const views: List = {
      key: "views",
      shape: VIEW,
      was: was?.views ?? NONE,
      now: graph.views,
      objects: new Map<string, JsonObject>(
        [...(places?.views ?? [])].map(([id, { object }]) => [id, object]),
      ),
      inside: (object, id) => this.#insideView(object, was?.views.get(id), graph.views.get(id)),
    };
    return this.#withLists(root, 0, [list("elements", ELEMENT), list("relations", RELATION), views]);
  }

  #newRoot(): JsonObject {
    const header = { format: FORMAT, version: VERSION };
    return Object.entries(header).reduce(
      (root, [key, value]) => withMember(root, key, jsonOf(value, this.#style), this.#style, { depth: 0 }),
      this.#root,
    );
  }

  #insideView(object: JsonObject, was: View | undefined, now: View | undefined): JsonObject {
    if (!now || was === now) return object;
    const places = this.#source?.places.views.get(now.id);
    const list = (key: "nodes" | "connections", shape: Shape): List => ({
      key,
      shape,
      was: was?.[key] ?? NONE,
      now: now[key],
      objects: places?.[key] ?? NONE,
    });
    return this.#withLists(object, 2, [list("nodes", NODE), list("connections", CONNECTION)]);
  }

  /** When items come, go or move, ids that were only made up here are written. */
  #withLists(owner: JsonObject, depth: number, lists: readonly List[]): JsonObject {
    const moved = lists.some(({ was, now }) => !sameKeys(was, now));
    let result = owner;
    for (const list of lists)
      if (moved || list.was !== list.now || !this.#source)
        result = this.#withList(result, depth, list, moved);
    return result;
  }

  #withList(owner: JsonObject, depth: number, list: List, moved: boolean): JsonObject {
    const { key, was, now, objects } = list;
    const there = memberOf(owner, key);
    const array: JsonArray = there?.kind === "array" ? there : EMPTY_LIST;
    const itemDepth = isInline(array) ? undefined : depth + 2;
    const written = new Map<string, JsonNode>();
    for (const [id, item] of now) {
      const [old, object] = [was.get(id), objects.get(id)];
      const before = old && object ? recordOf(old, moved ? object : undefined) : {};
      const fresh = writeItem(object, list.shape, before, recordOf(item), this.#style, itemDepth);
      written.set(id, list.inside?.(fresh, id) ?? fresh);
    }
    const nodes = arranged(array, objects, written);
    if (there?.kind !== "array" && nodes.length === 0 && this.#source) return owner;
    const entries = withEntries(array, nodes, this.#style, depth + 1);
    return withMember(owner, key, entries, this.#style, { depth });
  }
}

const EMPTY_LIST: JsonArray = { kind: "array", entries: [], inner: "", offset: 0 };
const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Whether the items of a list are on one line each. */
function isInline(array: JsonArray): boolean {
  const last = array.entries.at(-1)?.value;
  return last?.kind === "object" && last.entries.length > 0 && !last.entries[0]?.before.includes("\n");
}

function sameKeys(a: Items, b: Items): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  const keys = b.keys();
  for (const key of a.keys()) if (keys.next().value !== key) return false;
  return true;
}

/** The items in their order; what is no item of the graph stays behind what it was behind. */
function arranged(array: JsonArray, objects: Objects, written: ReadonlyMap<string, JsonNode>): JsonNode[] {
  const ids = new Map<JsonNode, string>([...objects].map(([id, object]) => [object, id]));
  const head: JsonNode[] = [];
  const behind = new Map<string, JsonNode[]>();
  let last = head;
  for (const { value } of array.entries) {
    const id = ids.get(value);
    if (id === undefined) last.push(value);
    else if (written.has(id)) {
      last = [];
      behind.set(id, last);
    }
  }
  return [...head, ...[...written].flatMap(([id, node]) => [node, ...(behind.get(id) ?? [])])];
}

const NOT_KEYS = new Set(["notation", "elements", "relations", "views", "nodes", "connections"]);

/**
 * The item key by key, as the file has it: what is empty by default is left out. With the object that it was read
 * from, an id that is not in there is left out too, so that it is written.
 */
function recordOf(item: Item | Graph, object?: JsonObject): ItemRecord {
  const record: Record<string, Value> = {};
  for (const [key, value] of Object.entries(item)) {
    if (NOT_KEYS.has(key) || value === undefined) continue;
    if (value === "" && (EMPTY_BY_DEFAULT.has(key) || key === "id")) continue;
    if (key === "waypoints" && (value as readonly Value[]).length === 0) continue;
    record[key] = value as Value;
  }
  if (object && idOf(object) !== item.id) delete record["id"];
  return record;
}

function idOf(object: JsonObject): unknown {
  const id = memberOf(object, "id");
  return id?.kind === "scalar" ? id.value : undefined;
}
