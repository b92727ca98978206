import type { ItemRef } from "../../notation/change.ts";
import { fieldsOf, fieldValue, sameValue } from "../../notation/graph-draft.ts";
import type { Graph, Value } from "../../notation/graph.ts";
import type { Conflict } from "./compiled-patch.ts";
import { refKey } from "./item-key.ts";

/** Conflicts between what others and a patch have made of a base, each told once. */
export class ConflictList {
  readonly list: Conflict[] = [];
  readonly #base: Graph;
  readonly #head: Graph;
  readonly #seen = new Set<string>();

  constructor(base: Graph, head: Graph) {
    this.#base = base;
    this.#head = head;
  }

  has(operationId: string): boolean {
    return this.list.some((conflict) => conflict.operationId === operationId);
  }

  /** What the item of that id is, now or then. */
  refOf(id: string): ItemRef {
    for (const kind of ["element", "relation", "view"] as const)
      if (fieldsOf(this.#head, { kind, id }) ?? fieldsOf(this.#base, { kind, id })) return { kind, id };
    return { kind: "element", id };
  }

  /** Whether others have changed the field, and to something else than `yours`. */
  differs(ref: ItemRef, field: string, yours: Value | undefined): boolean {
    const [base, theirs] = [valueIn(this.#base, ref, field), valueIn(this.#head, ref, field)];
    return !sameValue(base, theirs) && !sameValue(theirs, yours);
  }

  /** The item as others have left it. */
  theirs(ref: ItemRef): object | undefined {
    return fieldsOf(this.#head, ref);
  }

  /** Whether others have given the field this value. */
  isSo(ref: ItemRef, field: string, value: Value | undefined): boolean {
    return sameValue(valueIn(this.#head, ref, field), value);
  }

  /** Whether others have changed the field. */
  changed(ref: ItemRef, field: string): boolean {
    return !sameValue(valueIn(this.#base, ref, field), valueIn(this.#head, ref, field));
  }

  /** Whether others have brought an item of that id. */
  isTaken(ref: ItemRef): boolean {
    return fieldsOf(this.#base, ref) === undefined && fieldsOf(this.#head, ref) !== undefined;
  }

  /** Whether the base had no such view. */
  isNewView(viewId: string): boolean {
    return !this.#base.views.has(viewId);
  }

  /** Whether others have taken the item out. */
  isGone(ref: ItemRef): boolean {
    return fieldsOf(this.#base, ref) !== undefined && fieldsOf(this.#head, ref) === undefined;
  }

  addField(
    operationId: string,
    ref: ItemRef,
    field: string,
    yours: Value | undefined,
    readOnly = false,
  ): void {
    const [base, theirs] = [valueIn(this.#base, ref, field), valueIn(this.#head, ref, field)];
    this.#add({ operationId, ref, field, base, theirs, yours, readOnly });
  }

  addItem(operationId: string, ref: ItemRef, readOnly: boolean, yours?: Value): void {
    const [base, theirs] = [itemIn(this.#base, ref), itemIn(this.#head, ref)];
    this.#add({ operationId, ref, base, theirs, yours, readOnly });
  }

  #add(conflict: Conflict): void {
    const { operationId, ref, field } = conflict;
    const item = `${operationId} ${refKey(ref)}`;
    // What is written is told as such, and not again as having been read.
    if (this.#seen.has(item) && (field === undefined || conflict.readOnly)) return;
    if (this.#seen.has(`${item} ${field ?? ""}`)) return;
    this.#seen.add(item).add(`${item} ${field ?? ""}`);
    this.list.push(conflict);
  }
}

function valueIn(graph: Graph, ref: ItemRef, field: string): Value | undefined {
  const item = fieldsOf(graph, ref);
  return item && fieldValue(item, field);
}

/** The item as JSON; a view without what it shows. */
export function itemIn(graph: Graph, ref: ItemRef): Value | undefined {
  const item = fieldsOf(graph, ref) as Record<string, Value> | undefined;
  if (!item || ref.kind === "model") return undefined;
  const { nodes: _nodes, connections: _connections, ...own } = item;
  return own;
}
