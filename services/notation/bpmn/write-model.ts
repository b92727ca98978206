import type { Element, Graph, Relation } from "../graph.ts";
import { attributeOf } from "../xml/query-xml.ts";
import { RELATION_ENDS } from "./item-types.ts";
import type { BpmnSource } from "./bpmn-source.ts";
import { XSD_NAMESPACE } from "./namespaces.ts";
import { textOf } from "./read-fields.ts";
import { childSlot, isA } from "./schema.ts";
import { writeEnds } from "./write-ends.ts";
import { addInOrder, attachInOrder, changeType, writeFields } from "./write-fields.ts";
import { writeLanes } from "./write-lanes.ts";
import {
  detach,
  draftChildren,
  draftElement,
  draftsNamed,
  isWithin,
  prefixFor,
  setAttribute,
  setText,
  type Draft,
  type DraftElement,
} from "./xml-draft.ts";

/** Writes the differences between the elements and relations of a file and those of a graph. */
export class ModelWriter {
  readonly #draft: Draft;
  /** As the file is; without what is taken for new. */
  readonly #before: Graph;
  readonly #was: Graph;
  readonly #now: Graph;
  /** Of all items that were or are: elements and relations. */
  readonly nodes = new Map<string, DraftElement>();
  readonly #moved = new Set<string>();
  #hasRetyped = false;

  constructor(draft: Draft, source: BpmnSource, now: Graph) {
    this.#draft = draft;
    this.#was = withoutReplaced(source.graph, now);
    this.#before = source.graph;
    this.#now = now;
    for (const [id, node] of source.places.items) this.nodes.set(id, draft.at(node));
  }

  write(): void {
    for (const element of this.#now.elements.values()) this.#retype(element);
    this.#takeOut();
    for (const element of this.#now.elements.values()) this.#place(element);
    for (const [id, relation] of this.#now.relations)
      if (!sameKind(this.#was.relations.get(id), relation)) this.#add(relation);
    this.#fields();
    writeLanes(this.#draft.root, this.#before, this.#now, this.nodes, this.refer);
    this.#relations();
  }

  /** Makes sure that what is referred to has its id in the file. */
  readonly refer = (id: string): void => {
    const node = this.nodes.get(id);
    if (node && attributeOf(node, "id") !== id) setAttribute(node, "id", id);
    // The types of XML Schema are what data is of; their usual prefix has to mean them.
    if (id.startsWith("xsd:")) prefixFor(this.#draft.root, XSD_NAMESPACE, false);
  };

  #retype({ id, type }: Element): void {
    const was = this.#was.elements.get(id);
    if (!was || was.type === type) return;
    changeType(this.#node(id), was.type, type);
    this.#hasRetyped = true;
  }

  /** What has another parent first, so that it does not go with its old one. */
  #takeOut(): void {
    for (const [id, element] of this.#now.elements) {
      const was = this.#was.elements.get(id);
      const stays = was?.parent === element.parent && !this.#isReplaced(element.parent);
      if (!was || stays) continue;
      this.#moved.add(id);
      detach(this.#node(id));
    }
    for (const [id, { type }] of this.#before.elements)
      if (!this.#now.elements.has(id) || this.#isReplaced(id)) {
        if (type === "dataInput" || type === "dataOutput") this.#unlist(id);
        detach(this.#node(id));
      }
    for (const [id, was] of this.#was.relations)
      if (!sameKind(was, this.#now.relations.get(id))) detach(this.#node(id));
  }

  #isReplaced(id: string | undefined): boolean {
    return id !== undefined && this.#before.elements.has(id) && !this.#was.elements.has(id);
  }

  /** New and moved elements, those that contain them first. */
  #place(element: Element): void {
    const { id, type, parent } = element;
    const isNew = !this.#was.elements.has(id);
    if (!isNew && !this.#moved.has(id)) return;
    if (!isNew && this.#node(id).parent) return;
    if (isNew && this.nodes.get(id)?.parent) return;
    const container = parent === undefined ? undefined : this.#now.elements.get(parent);
    if (container) this.#place(container);
    const [into, intoType] = this.#containerOf(type, container);
    const node = isNew ? draftElement(into, into.namespace, type) : this.#node(id);
    if (isNew) setAttribute(node, "id", id);
    this.nodes.set(id, node);
    attachInOrder(into, intoType, node);
    if (isNew && (type === "dataInput" || type === "dataOutput")) this.#list(into, id, type);
  }

  #containerOf(type: string, container: Element | undefined): readonly [DraftElement, string] {
    const node = container && this.nodes.get(container.id);
    if (!container || !node) return [this.#draft.root, "definitions"];
    if (type === "lane") {
      const wrapper = container.type === "lane" ? "childLaneSet" : "laneSet";
      return [draftsNamed(node, wrapper)[0] ?? addInOrder(node, container.type, wrapper), "laneSet"];
    }
    if (type === "dataInput" || type === "dataOutput")
      return [
        draftsNamed(node, "ioSpecification")[0] ?? addSpecification(node, container.type),
        "ioSpecification",
      ];
    return [node, container.type];
  }

  #list(specification: DraftElement, id: string, type: string): void {
    const [set, ref] = type === "dataInput" ? ["inputSet", "dataInputRefs"] : ["outputSet", "dataOutputRefs"];
    const [first] = draftsNamed(specification, set);
    if (first) setText(addInOrder(first, set, ref), id);
  }

  /** The sets of a process name its inputs and outputs. */
  #unlist(id: string): void {
    for (const set of draftChildren(this.#node(id).parent ?? this.#draft.root))
      for (const ref of draftChildren(set))
        if (ref.local.endsWith("Refs") && textOf(ref).trim() === id) detach(ref);
  }

  #add(relation: Relation): void {
    const home = this.#home(relation);
    const node = draftElement(home, home.namespace, relation.type);
    setAttribute(node, "id", relation.id);
    this.nodes.set(relation.id, node);
    attachInOrder(home, this.#typeOf(home), node);
  }

  #fields(): void {
    const all = [...pairs<Element>(this.#was.elements, this.#now.elements), ...this.#relationPairs()];
    for (const [was, now] of all) {
      if (was === now) continue;
      const node = this.#node(now.id);
      if (was && "source" in now && was.type !== now.type) changeType(node, was.type, now.type);
      writeFields(node, was, now, this.refer);
    }
  }

  #relations(): void {
    for (const [was, now] of this.#relationPairs()) {
      const node = this.#node(now.id);
      const isOther = was?.source !== now.source || was.target !== now.target || was.type !== now.type;
      if (was && (isOther || this.#isAstray(node, now))) this.#bringHome(node, now);
      if (isOther) writeEnds(node, was, now, this.nodes, this.refer);
    }
    this.#flowReferences();
  }

  /** Left behind by its ends, or in what is gone or of another type now. */
  #isAstray(node: DraftElement, { source, target, type }: Relation): boolean {
    if (this.#moved.has(source) || this.#moved.has(target) || !isWithin(this.#draft.root, node)) return true;
    const { parent } = node;
    return this.#hasRetyped && (!parent || childSlot(this.#typeOf(parent), type) === undefined);
  }

  /** One whose ends are written elsewhere now is a new one in the file. */
  #relationPairs(): [Relation | undefined, Relation][] {
    return pairs(this.#was.relations, this.#now.relations).map(([was, now]) => [
      sameKind(was, now) ? was : undefined,
      now,
    ]);
  }

  #bringHome(node: DraftElement, relation: Relation): void {
    const home = this.#home(relation);
    if (node.parent === home && !this.#isOutOfOrder(node, home)) return;
    detach(node);
    attachInOrder(home, this.#typeOf(home), node);
  }

  /** Of another type now, it may have another place among its siblings. */
  #isOutOfOrder(node: DraftElement, home: DraftElement): boolean {
    const type = this.#typeOf(home);
    const slots = draftChildren(home).flatMap(({ local }) => childSlot(type, local) ?? []);
    return slots.some((slot, i) => slot < (slots[i - 1] ?? 0)) && childSlot(type, node.local) !== undefined;
  }

  /** The closest element around an end that may contain the relation. */
  #home({ type, source, target }: Relation): DraftElement {
    const ends = RELATION_ENDS.get(type) === "into-owner" ? [target, source] : [source, target];
    const isNote = (id: string) => isA(this.#now.elements.get(id)?.type ?? "", "artifact");
    if (type === "association") ends.sort((a, b) => Number(isNote(b)) - Number(isNote(a)));
    const isInside = RELATION_ENDS.get(type) === "attributes";
    for (const end of ends) {
      const node = this.nodes.get(end);
      if (!node || !isWithin(this.#draft.root, node)) continue;
      for (let at = isInside ? node.parent : node; at; at = at.parent)
        if (childSlot(this.#typeOf(at), type) !== undefined) return at;
    }
    const anywhere = draftChildren(this.#draft.root).find((at) => childSlot(at.local, type) !== undefined);
    return anywhere ?? this.#draft.root;
  }

  /** A flow node may list the flows that come and go; where a file does so, it goes on doing so. */
  #flowReferences(): void {
    const flows = pairs(this.#was.relations, this.#now.relations, true)
      .map(([was, now]) => [flowOf(was), flowOf(now)] as const)
      .filter(([was, now]) => was?.source !== now?.source || was?.target !== now?.target);
    if (flows.length === 0) return;
    const isCustom = this.#was.elements.size === 0 || hasFlowReferences(this.#draft.root);
    for (const [was, now] of flows)
      for (const [end, list] of [
        ["source", "outgoing"],
        ["target", "incoming"],
      ] as const) {
        if (was?.[end] === now?.[end]) continue;
        if (was) unlistFlow(this.nodes.get(was[end]), list, was.id);
        const node = now && this.#now.elements.has(now[end]) ? this.nodes.get(now[end]) : undefined;
        if (!node || !isCustom || childSlot(this.#typeOf(node), list) === undefined) continue;
        setText(addInOrder(node, this.#typeOf(node), list), now?.id ?? "");
        if (now) this.refer(now.id);
      }
  }

  #typeOf(node: DraftElement): string {
    return node === this.#draft.root ? "definitions" : node.local === "childLaneSet" ? "laneSet" : node.local;
  }

  #node(id: string): DraftElement {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`${id} is not in the file`);
    return node;
  }
}

/** Types between which an element may change and go on as it is, with all that the graph does not know of it. */
const FAMILIES =
  "flowNode flowElement artifact conversationNode callableElement collaboration eventDefinition".split(" ");

const familyOf = (type: string): string => FAMILIES.find((base) => isA(type, base)) ?? type;

/** The graph without elements that are of another kind now: in the file those are new ones. */
function withoutReplaced(was: Graph, now: Graph): Graph {
  const isReplaced = ({ id, type }: Element) => {
    const other = now.elements.get(id)?.type;
    return other !== undefined && other !== type && familyOf(other) !== familyOf(type);
  };
  const kept = [...was.elements].filter(([, element]) => !isReplaced(element));
  return kept.length === was.elements.size ? was : { ...was, elements: new Map(kept) };
}

const flowOf = (relation: Relation | undefined): Relation | undefined =>
  relation?.type === "sequenceFlow" ? relation : undefined;

/** Whether both are there, with their ends written in the same way. */
const sameKind = (a: Relation | undefined, b: Relation | undefined): boolean =>
  a !== undefined && b !== undefined && RELATION_ENDS.get(a.type) === RELATION_ENDS.get(b.type);

/** Items by id, as they were and as they are; with `gone`, also those that are no more. */
function pairs<T>(was: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): [T | undefined, T][];
function pairs<T>(
  was: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
  gone: true,
): [T | undefined, T | undefined][];
function pairs<T>(was: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>, gone = false): unknown {
  const result: [T | undefined, T | undefined][] = [...now].map(([id, item]) => [was.get(id), item]);
  if (gone) for (const [id, item] of was) if (!now.has(id)) result.push([item, undefined]);
  return result;
}

function addSpecification(node: DraftElement, type: string): DraftElement {
  const specification = addInOrder(node, type, "ioSpecification");
  for (const set of ["inputSet", "outputSet"]) addInOrder(specification, "ioSpecification", set);
  return specification;
}

function unlistFlow(node: DraftElement | undefined, list: string, id: string): void {
  for (const ref of node ? draftsNamed(node, list) : []) {
    const text = textOf(ref).trim();
    if (text === id || text.endsWith(`:${id}`)) detach(ref);
  }
}

const hasFlowReferences = (node: DraftElement): boolean =>
  draftChildren(node).some(
    (child) => child.local === "incoming" || child.local === "outgoing" || hasFlowReferences(child),
  );
