import { invertChanges } from "../../notation/apply-changes.ts";
import type { Change, Item, ItemRef } from "../../notation/change.ts";
import { fieldsOf, fieldValue, GraphDraft, mapOf, nextOf, sameValue } from "../../notation/graph-draft.ts";
import type { Graph, Value, View } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";
import type { Read } from "./compiled-patch.ts";
import { GraphIndex } from "./graph-index.ts";
import { MAX_VISITS } from "./limits.ts";
import { refOfChange, refOfItem } from "./item-key.ts";

/** A change, and the operation that made it. */
export interface LoggedChange {
  readonly operationId: string;
  readonly change: Change;
}

/** Looking through all names of a big model for each of a thousand selectors would take seconds. */
const MOST_HINTS = 20;

/** The model while operations are applied to it one after the other, with all that is learnt on the way. */
export class Workspace {
  readonly kit: NotationKit;
  readonly seed: string;
  readonly base: Graph;
  readonly index: GraphIndex;
  readonly log: LoggedChange[] = [];
  readonly problems: Problem[] = [];
  readonly reads: Read[] = [];
  /** By what `created_by` calls it. */
  readonly created = new Map<string, ItemRef[]>();
  /** Beside which element a new one is wanted. */
  readonly near = new Map<string, string>();
  /** Operations that could not be applied. */
  readonly failed = new Set<string>();
  readonly #draft: GraphDraft;
  #hints = MOST_HINTS;
  #visited = 0;
  #operationId = "";
  #start = 0;

  constructor(kit: NotationKit, base: Graph, seed: string) {
    this.kit = kit;
    this.seed = seed;
    this.base = base;
    this.index = new GraphIndex(base);
    this.#draft = new GraphDraft(base);
  }

  /** As the operations so far have left it. Valid until the next write. */
  get graph(): Graph {
    return this.#draft.graph;
  }

  /** The same for notations, which remember what they found in maps: nothing in it changes any more. */
  snapshot(): Graph {
    return this.#draft.done();
  }

  get operationId(): string {
    return this.#operationId;
  }

  /** Whether what was perhaps meant is looked for: not each time where very much is wrong. */
  mayHint(): boolean {
    return this.#hints-- > 0;
  }

  /** Counts items that were looked at. */
  visit(items: number): void {
    this.#visited += items;
  }

  get visited(): number {
    return this.#visited;
  }

  /** Whether more was looked at than one patch may: others wait meanwhile. */
  get isSpent(): boolean {
    return this.#visited > MAX_VISITS;
  }

  begin(operationId: string): void {
    this.#operationId = operationId;
    this.#start = this.log.length;
  }

  /** What the operation has changed so far. */
  get changesOfOperation(): readonly LoggedChange[] {
    return this.log.slice(this.#start);
  }

  /** Takes back all that the operation has changed: it cannot be applied. */
  rollBack(): void {
    this.failed.add(this.#operationId);
    const done = this.log.splice(this.#start).map(({ change }) => change);
    for (const change of invertChanges(done)) this.#apply(change);
    for (const [name, refs] of this.created) {
      const there = refs.filter((ref) => fieldsOf(this.graph, ref) !== undefined);
      if (there.length === 0) this.created.delete(name);
      else this.created.set(name, there);
    }
  }

  has(ref: ItemRef): boolean {
    return fieldsOf(this.graph, ref) !== undefined;
  }

  valueOf(ref: ItemRef, field: string): Value | undefined {
    const item = fieldsOf(this.graph, ref);
    return item && fieldValue(item, field);
  }

  add(item: Item, before?: string): ItemRef {
    this.#write({ op: "add", item, ...(before !== undefined && { before }) });
    return refOfItem(item);
  }

  /** Adds an item that the operation creates by this name. */
  create(item: Item, name = this.#operationId): ItemRef {
    const ref = this.add(item);
    this.created.set(name, [...(this.created.get(name) ?? []), ref]);
    return ref;
  }

  /** Does nothing where the field has the value already. */
  set(ref: ItemRef, field: string, to: Value | undefined): void {
    const from = this.valueOf(ref, field);
    if (!sameValue(from, to)) this.#write({ op: "set", ref, field, from, to });
  }

  remove(ref: Exclude<ItemRef, { kind: "model" }>): void {
    const value = fieldsOf(this.graph, ref);
    if (value === undefined) return;
    const before = this.after(ref);
    const item = { ...ref, value: ref.kind === "view" ? hollow(value as never) : value } as unknown as Item;
    this.#write({ op: "remove", item, ...(before !== undefined && { before }) });
  }

  /** Puts an item before another of its kind; undefined: at the end. */
  move(ref: Exclude<ItemRef, { kind: "model" }>, to: string | undefined): void {
    const from = this.after(ref);
    if (from === to || to === ref.id) return;
    this.#write({
      op: "move",
      ref,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  }

  /** The item that stands after this one. */
  after(ref: Exclude<ItemRef, { kind: "model" }>): string | undefined {
    const map = mapOf(this.graph, ref.kind, "viewId" in ref ? ref.viewId : undefined);
    return map && nextOf(map, ref.id);
  }

  /** A change from elsewhere, as it is. Throws ChangeConflict where the model is not as it says. */
  write(change: Change, operationId = this.#operationId): void {
    this.#apply(change);
    this.log.push({ operationId, change });
  }

  #write(change: Change): void {
    this.write(change);
  }

  #apply(change: Change): void {
    const ref = refOfChange(change);
    const was = fieldsOf(this.graph, ref);
    this.#draft.apply(change);
    if (ref.kind === "model" || change.op === "move") return;
    this.index.replace(ref.kind, "viewId" in ref ? ref.viewId : "", was, fieldsOf(this.graph, ref));
  }
}

const hollow = (view: View): View => ({ ...view, nodes: new Map(), connections: new Map() });
