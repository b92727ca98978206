import type { Element, Graph, Relation } from "../graph.ts";
import { childrenIn } from "../model-index.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import type { DmnSource } from "./dmn-source.ts";
import type { DmnWriter } from "./dmn-writer.ts";
import { hrefOf, steps } from "./fields.ts";
import { fieldsOf, readProperties } from "./item-fields.ts";
import { nameFieldOf, REQUIREMENT_TYPES, TABLE_PARTS, TABLE_PATHS, wayInto } from "./item-types.ts";
import { requiredIn } from "./read-dmn.ts";
import { rankOf } from "./schema-order.ts";

type Item = Element | Relation;

/** Writes elements and relations. */
export class ItemWriter {
  readonly #writer: DmnWriter;
  readonly #was: Graph;
  readonly #now: Graph;
  readonly #nodes = new Map<string, XmlElement>();
  readonly #known: ReadonlyMap<string, XmlElement>;

  constructor(writer: DmnWriter, { graph, places }: DmnSource, now: Graph) {
    this.#writer = writer;
    this.#was = graph;
    this.#now = now;
    this.#known = places.items;
  }

  write(): void {
    this.#removeGone();
    for (const item of this.#items()) this.#nodes.set(item.id, this.#nodeFor(item));
    this.#placeElements();
    this.#placeRelations();
    for (const element of this.#now.elements.values()) this.#pruneTable(element);
  }

  /** Items whose id only the graph has, with the nodes that are to say it. */
  *derived(derived: ReadonlySet<XmlElement>): Generator<[string, XmlElement]> {
    for (const [id, node] of this.#known) {
      const now = this.#nodes.get(id);
      if (derived.has(node) && now) yield [id, now];
    }
  }

  *#items(): Generator<Item> {
    yield* this.#now.elements.values();
    yield* this.#now.relations.values();
  }

  #removeGone(): void {
    for (const id of [...this.#was.elements.keys(), ...this.#was.relations.keys()]) {
      const isKept = this.#was.elements.has(id) ? this.#now.elements.has(id) : this.#now.relations.has(id);
      const node = this.#known.get(id);
      if (!isKept && node) this.#writer.remove(node);
    }
  }

  #nodeFor(item: Item): XmlElement {
    const was = "source" in item ? this.#was.relations.get(item.id) : this.#was.elements.get(item.id);
    const node = was && this.#known.get(item.id);
    if (node && was.type === item.type) return node;
    if (node) return this.#retyped(node, item.type);
    return this.#writer.make(this.#writer.root, { local: item.type, home: "model" }, { id: item.id });
  }

  /** Nowhere yet: the schema may want it somewhere else. */
  #retyped(node: XmlElement, type: string): XmlElement {
    const made = this.#writer.renamed(node, type);
    this.#writer.remove(made);
    return made;
  }

  #node(id: string): XmlElement {
    return this.#nodes.get(id) as XmlElement;
  }

  #placeElements(): void {
    const placed = new Set<string>();
    const top = [...this.#now.elements.values()].filter((element) => !this.#container(element));
    for (const group of byRank("definitions", top))
      this.#writer.arrange(
        this.#writer.root,
        group.map(({ id }) => this.#node(id)),
      );
    const open = [...top];
    for (let element = open.pop(); element; element = open.pop()) {
      if (placed.has(element.id)) continue;
      placed.add(element.id);
      this.#writeElement(element);
      open.push(...this.#placeInside(element));
    }
  }

  /** The element that the file has it inside of. */
  #container({ type, parent }: Element): Element | undefined {
    const container = this.#now.elements.get(parent ?? "");
    return container && wayInto(container.type, type) && !this.#isInCycle(container) ? container : undefined;
  }

  #isInCycle(element: Element): boolean {
    const seen = new Set<string>();
    for (let at: Element | undefined = element; at; at = this.#now.elements.get(at.parent ?? "")) {
      if (seen.has(at.id)) return true;
      seen.add(at.id);
    }
    return false;
  }

  #placeInside(element: Element): readonly Element[] {
    const inside = childrenIn(this.#now, element.id).filter((child) => this.#container(child) === element);
    for (const group of byRank("", inside)) {
      const way = steps(...(wayInto(element.type, group[0]?.type ?? "") ?? []));
      const holder = way.reduce((at, step) => this.#writer.need(at, step), this.#node(element.id));
      this.#writer.arrange(
        holder,
        group.map(({ id }) => this.#node(id)),
      );
    }
    return inside;
  }

  #writeElement(element: Element): void {
    const node = this.#node(element.id);
    const was = this.#was.elements.get(element.id);
    this.#writeCommon(node, was, element);
    this.#writer.setOwn(node, "key", element.key);
    this.#writer.setOwn(node, "lifecycle", element.lifecycle);
    this.#writer.setOwn(node, "parent", this.#container(element) ? undefined : element.parent);
  }

  #writeCommon(node: XmlElement, was: Item | undefined, now: Item): void {
    if (was === now) return;
    const isChanged = was !== undefined && was.type !== now.type;
    if (isChanged) this.#takeForeign(node, was.type, now.type);
    if (was ? was.name !== now.name || isChanged : now.name !== "" || nameFieldOf(now.type) === "name")
      this.#writeName(node, was?.name, now);
    if (now.documentation !== (was?.documentation ?? ""))
      writeDescription(this.#writer, node, now.documentation);
    // The schema wants one in each column.
    if (now.type === "input" && was?.type !== "input")
      this.#writer.need(node, { local: "inputExpression", home: "model" });
    const fields = fieldsOf(now.type);
    // What the old type had may mean something in the new one.
    const properties = isChanged ? readProperties(this.#writer.current(node), fields) : was?.properties;
    this.#writer.setProperties(node, fields, properties ?? {}, now.properties);
  }

  /** What the schema let the old type have, and does not let the new one. */
  #takeForeign(node: XmlElement, was: string, now: string): void {
    const allowed = attributesOf(now);
    for (const name of attributesOf(was))
      if (!allowed.has(name)) this.#writer.setAttribute(node, name, undefined);
    for (const child of elementsOf(this.#writer.current(node))) {
      const isForeign = child.namespace === node.namespace && !this.#isItem(child);
      if (isForeign && rankOf(was, child.local) < Infinity && rankOf(now, child.local) === Infinity)
        this.#writer.remove(child);
    }
  }

  /** Elements and relations come and go by themselves. */
  #isItem(node: XmlElement): boolean {
    return REQUIREMENT_TYPES.has(node.local) || node.local === "itemComponent";
  }

  #writeName(node: XmlElement, was: string | undefined, { type, name }: Item): void {
    const field = nameFieldOf(type);
    if (field === "text") {
      if (name === "") this.#writer.removeAll(node, "text");
      else this.#writer.setText(this.#writer.need(node, { local: "text", home: "model" }), name);
      return;
    }
    this.#writer.setAttribute(node, field, name === "" && field === "label" ? undefined : name);
    // Expressions of other decisions see the variable, which has to be called as its element.
    const variable = this.#writer.child(node, "variable");
    if (variable && was !== undefined && attributeOf(this.#writer.current(variable), "name") === was)
      this.#writer.setAttribute(variable, "name", name);
  }

  #placeRelations(): void {
    const byOwner = new Map<XmlElement, Relation[]>();
    for (const relation of this.#now.relations.values()) {
      const owner = this.#ownerOf(relation);
      const group = byOwner.get(owner);
      if (group) group.push(relation);
      else byOwner.set(owner, [relation]);
    }
    for (const [owner, relations] of byOwner)
      for (const group of byRank("", relations))
        this.#writer.arrange(
          owner,
          group.map(({ id }) => this.#node(id)),
        );
    for (const relation of this.#now.relations.values()) this.#writeRelation(relation);
  }

  /** The node that contains it: of a requirement what requires it. */
  #ownerOf({ type, target }: Relation): XmlElement {
    const owner =
      REQUIREMENT_TYPES.has(type) && this.#now.elements.has(target) ? this.#nodes.get(target) : undefined;
    return owner ?? this.#writer.root;
  }

  #writeRelation(relation: Relation): void {
    const node = this.#node(relation.id);
    const was = this.#was.relations.get(relation.id);
    this.#writeCommon(node, was, relation);
    this.#writer.setOwn(node, "parent", relation.parent);
    const isAssociation = relation.type === "association";
    const changed = was !== undefined && (was.type === "association") !== isAssociation;
    if (changed) this.#takeEnds(node, was.type);
    const ends = changed ? undefined : was;
    if (isAssociation) {
      this.#writeEnd(node, "sourceRef", ends?.source, relation.source);
      this.#writeEnd(node, "targetRef", ends?.target, relation.target);
    } else this.#writeRequired(node, ends, relation);
    const isOwned = isAssociation || this.#ownerOf(relation) !== this.#writer.root || relation.target === "";
    this.#writer.setOwn(node, "target", isOwned ? undefined : relation.target);
  }

  /** Associations say their ends in another way than requirements. */
  #takeEnds(node: XmlElement, was: string): void {
    if (was !== "association")
      for (const old of requiredIn(this.#writer.current(node))) this.#writer.remove(old);
    for (const local of ["sourceRef", "targetRef"]) this.#writer.removeAll(node, local);
  }

  #writeEnd(node: XmlElement, local: string, was: string | undefined, now: string): void {
    if (was !== now)
      this.#writer.setAttribute(this.#writer.need(node, { local, home: "model" }), "href", hrefOf(now));
  }

  #writeRequired(node: XmlElement, was: Relation | undefined, now: Relation): void {
    const typeOf = (graph: Graph, id: string) => graph.elements.get(id)?.type;
    const isSame =
      was?.source === now.source &&
      was.type === now.type &&
      typeOf(this.#was, was.source) === typeOf(this.#now, now.source);
    if (isSame) return;
    const local = requiredName(now.type, typeOf(this.#now, now.source));
    const [first, ...more] = requiredIn(this.#writer.current(node));
    for (const old of first?.local === local ? more : [first, ...more]) if (old) this.#writer.remove(old);
    this.#writer.setAttribute(this.#writer.need(node, { local, home: "model" }), "href", hrefOf(now.source));
  }

  /** A table goes when nothing is left of it. */
  #pruneTable(element: Element): void {
    const path = TABLE_PATHS.get(element.type);
    const isPart = ({ type }: Element) => TABLE_PARTS.has(type);
    if (!path || !childrenIn(this.#was, element.id).some(isPart)) return;
    if (childrenIn(this.#now, element.id).some(isPart)) return;
    const way = this.#writer.wayTo(this.#node(element.id), steps(...path));
    if (way.length === path.length) this.#writer.prune(way);
  }
}

/** The attributes that elements of the type can have. */
function attributesOf(type: string): ReadonlySet<string> {
  const own = fieldsOf(type).filter(({ path, isAttribute }) => isAttribute && path.length === 0);
  return new Set([...own.map(({ name }) => name), nameFieldOf(type)].filter((name) => name !== "text"));
}

function requiredName(type: string, sourceType: string | undefined): string {
  if (type === "knowledgeRequirement") return "requiredKnowledge";
  if (sourceType === "inputData") return "requiredInput";
  return type === "informationRequirement" || sourceType === "decision"
    ? "requiredDecision"
    : "requiredAuthority";
}

export function writeDescription(writer: DmnWriter, node: XmlElement, documentation: string): void {
  if (documentation === "") writer.removeAll(node, "description");
  else writer.setText(writer.need(node, { local: "description", home: "model" }), documentation);
}

/** The items that the schema lets stand among each other, in their order. "": by type. */
function byRank<T extends Item>(parent: string, items: readonly T[]): T[][] {
  const groups = new Map<number | string, T[]>();
  for (const item of items) {
    const key = parent === "" ? item.type : rankOf(parent, item.type);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
