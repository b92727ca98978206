import { sameValue } from "../graph-draft.ts";
import type { Properties, Value } from "../graph.ts";
import { XmlEdits } from "../xml/edit-xml.ts";
import { makeAttribute, makeElement } from "../xml/make-xml.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";
import { child, children, xmlText, type Entry, type Field, type Home, type Step } from "./fields.ts";
import { readOthers } from "./item-fields.ts";
import { inOrder } from "./in-order.ts";
import { AMEIDE_NAMESPACE, DC_NAMESPACE, DI_NAMESPACE, versionOf } from "./namespaces.ts";
import { EXPRESSIONS, rankIn } from "./schema-order.ts";

const PREFIXES: Readonly<Record<Home, string>> = { model: "dmn", di: "dmndi", dc: "dc", diBase: "di" };
/** New ones get an id, as tables in editors want it. */
const WITH_ID = new Set([
  "variable",
  "encapsulatedLogic",
  "decisionTable",
  "literalExpression",
  "inputExpression",
  "inputValues",
  "outputValues",
  "defaultOutputEntry",
]);
/** The schema wants them with a name, or at all. */
const NEVER_PRUNED = new Set(["variable", "inputExpression"]);

/** Changes to a DMN file, in its own version and prefixes. */
export class DmnWriter {
  readonly #edits: XmlEdits;
  readonly #namespaces: Readonly<Record<Home, string>>;
  readonly #ids: Set<string>;

  constructor(document: XmlDocument, ids: Iterable<string>) {
    this.#edits = new XmlEdits(document);
    const { model, di } = versionOf(document.root);
    this.#namespaces = { model, di, dc: DC_NAMESPACE, diBase: DI_NAMESPACE };
    this.#ids = new Set(ids);
  }

  get root(): XmlElement {
    return this.#edits.root;
  }

  apply(): XmlDocument {
    return this.#edits.apply();
  }

  /** The element as it is by now. */
  current(node: XmlElement): XmlElement {
    const [attributes, inside] = [this.#edits.attributesOf(node), this.#edits.childrenOf(node)];
    return attributes === node.attributes && inside === node.children
      ? node
      : { ...node, attributes, children: inside };
  }

  setAttribute(node: XmlElement, local: string, value: string | undefined): void {
    this.#edits.setAttribute(node, local, value === undefined ? undefined : xmlText(value));
  }

  /** One of ours, for what DMN has no place for. */
  setOwn(node: XmlElement, local: string, value: string | undefined): void {
    if (attributeOf(this.current(node), local, AMEIDE_NAMESPACE) === value) return;
    const attribute = this.#edits.attributeFor(node, AMEIDE_NAMESPACE, local, "ameide");
    this.#edits.setAttribute(node, attribute, value === undefined ? undefined : xmlText(value));
  }

  setText(node: XmlElement, value: string): void {
    this.#edits.setText(node, xmlText(value));
  }

  child(node: XmlElement, local: string): XmlElement | undefined {
    return child(this.current(node), local);
  }

  /** A new element, which is nowhere yet. */
  make(
    parent: XmlElement,
    { local, home }: Step,
    attributes: Readonly<Record<string, string>> = {},
  ): XmlElement {
    const namespace = this.#namespaces[home];
    return makeElement({
      name: this.#edits.nameFor(parent, namespace, local, PREFIXES[home]),
      namespace,
      attributes: Object.entries(attributes).map(([name, value]) => makeAttribute(name, xmlText(value))),
    });
  }

  /** Before a sibling, or where the schema wants it. */
  insert(parent: XmlElement, node: XmlElement, before?: XmlElement): void {
    this.#edits.insert(parent, node, before ? { before } : { rank: rankIn(parent) });
  }

  remove(node: XmlElement): void {
    this.#edits.remove(node);
  }

  /** The same under another name. */
  renamed(node: XmlElement, local: string): XmlElement {
    const prefix = node.name.slice(0, node.name.length - node.local.length);
    const { attributes, children: inside } = this.current(node);
    const made = makeElement({
      name: prefix + local,
      namespace: node.namespace,
      attributes,
      children: inside,
    });
    this.#edits.replace(node, made);
    return made;
  }

  isInside(node: XmlElement, parent: XmlElement): boolean {
    return this.#edits.childrenOf(parent).includes(node);
  }

  /** The child of the name, made if it is not there. */
  need(holder: XmlElement, step: Step): XmlElement {
    const there = this.child(holder, step.local);
    if (there) return there;
    if (EXPRESSIONS.includes(step.local)) this.#removeEmptyLogic(holder);
    const made = this.make(holder, step, this.#firstAttributes(holder, step.local));
    this.insert(holder, made);
    return made;
  }

  /** A text or table of which the graph says nothing, because nothing is in it, makes room for what says something. */
  #removeEmptyLogic(holder: XmlElement): void {
    for (const node of elementsOf(this.current(holder))) {
      const { attributes } = this.current(node);
      const isUnseen =
        node.local === "literalExpression" ||
        (node.local === "decisionTable" && attributes.every(({ local }) => local === "id"));
      if (isUnseen && elementsOf(this.current(node)).length === 0) this.remove(node);
    }
  }

  #firstAttributes(holder: XmlElement, local: string): Record<string, string> {
    if (!WITH_ID.has(local)) return {};
    const id = this.freshId(`${attributeOf(this.current(holder), "id") ?? "dmn"}_${local}`);
    // The variable of an element has the element's name.
    return { id, ...(local === "variable" && { name: attributeOf(this.current(holder), "name") ?? "" }) };
  }

  freshId(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.#ids.has(id); n++) id = `${wanted}_${n}`;
    this.#ids.add(id);
    return id;
  }

  removeAll(holder: XmlElement, local: string): void {
    for (const node of children(this.current(holder), local)) this.remove(node);
  }

  /** The children of a name say the values, in their order; those that do already stay as they are. */
  setList(
    holder: XmlElement,
    local: string,
    values: readonly Value[],
    entry: Entry,
    home: Home = "model",
  ): void {
    const old = children(this.current(holder), local);
    const same = (i: number, k: number) =>
      sameValue(entry.read(this.current(old[i] as XmlElement)), values[k]);
    const shorter = Math.min(old.length, values.length);
    let head = 0;
    while (head < shorter && same(head, head)) head++;
    let tail = 0;
    while (tail < shorter - head && same(old.length - 1 - tail, values.length - 1 - tail)) tail++;
    const [from, to] = [old.slice(head, old.length - tail), values.slice(head, values.length - tail)];
    for (const node of from.slice(to.length)) this.remove(node);
    const after = old[old.length - tail];
    for (const [i, value] of to.entries()) {
      const node = from[i] ?? this.#added(holder, { local, home }, entry, after);
      entry.write(this, node, value);
    }
  }

  #added(holder: XmlElement, step: Step, entry: Entry, before: XmlElement | undefined): XmlElement {
    const base = `${attributeOf(this.current(holder), "id") ?? "dmn"}_${step.local}`;
    const node = this.make(holder, step, entry.hasId ? { id: this.freshId(base) } : {});
    this.insert(holder, node, before);
    return node;
  }

  /** Brings the nodes, old and new ones, into their order within the parent. */
  arrange(parent: XmlElement, nodes: readonly XmlElement[]): void {
    const there = this.#edits.childrenOf(parent);
    const placeOf = new Map(there.map((node, i) => [node, i]));
    const staying = inOrder(nodes, (node) => placeOf.get(node));
    let next: XmlElement | undefined;
    for (const node of nodes.toReversed()) {
      if (!staying.has(node)) {
        this.remove(node);
        this.insert(parent, node, next);
      }
      next = node;
    }
  }

  /** Writes the properties that are not what they were. */
  setProperties(node: XmlElement, fields: readonly Field[], was: Properties, now: Properties): void {
    if (was === now) return;
    const isNative = (field: Field) =>
      Object.hasOwn(now, field.name) && field.holds(now[field.name] as Value);
    const elsewhere = readOthers(this.current(node));
    const changed = fields.filter(
      ({ name }) => !sameValue(ownOf(was, name), ownOf(now, name)) || Object.hasOwn(elsewhere, name),
    );
    for (const field of changed) if (!isNative(field)) this.#clear(node, field);
    for (const field of changed)
      if (isNative(field)) {
        const holder = field.path.reduce((at, step) => this.need(at, step), node);
        field.write(this, holder, now[field.name] as Value);
      }
    const native = new Set(fields.filter(isNative).map(({ name }) => name));
    const others = Object.fromEntries(Object.entries(now).filter(([name]) => !native.has(name)));
    if (sameValue(others, elsewhere)) return;
    this.setOwn(node, "properties", Object.keys(others).length === 0 ? undefined : JSON.stringify(others));
  }

  /** In damaged files it may be there more than once. */
  #clear(node: XmlElement, field: Field): void {
    for (;;) {
      const way = this.wayTo(node, field.path);
      const holder = way.at(-1) ?? node;
      if (way.length < field.path.length || field.read(this.current(holder)) === undefined) return;
      field.clear(this, holder);
      const gone = field.takes === undefined ? undefined : way[way.length - field.takes];
      if (gone) this.remove(gone);
      else this.prune(way);
    }
  }

  /** The elements on the path, as far as they are there. */
  wayTo(node: XmlElement, path: readonly Step[]): readonly XmlElement[] {
    const way: XmlElement[] = [];
    for (const { local } of path) {
      const next = this.child(way.at(-1) ?? node, local);
      if (!next) break;
      way.push(next);
    }
    return way;
  }

  /** Takes away what nothing is left in, from the inside out. */
  prune(way: readonly XmlElement[]): void {
    for (const node of way.toReversed()) {
      const { attributes, children: inside } = this.current(node);
      const isBare =
        attributes.every(({ local }) => local === "id") && inside.every((part) => part.kind === "text");
      if (!isBare || NEVER_PRUNED.has(node.local)) return;
      this.remove(node);
    }
  }
}

const ownOf = (properties: Properties, name: string): Value | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;
