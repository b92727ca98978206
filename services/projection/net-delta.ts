import type { Change } from "../notation/change.ts";
import type { Element, Relation, Value } from "../notation/graph.ts";
import { sameValue, withField } from "../notation/graph-draft.ts";

/** What changes come to, item by item: what came and went within them is not there. */
export interface NetDelta {
  readonly elements: NetItems<Element>;
  readonly relations: NetItems<Relation>;
  /** The model's own name, documentation and properties. */
  readonly modelFields: readonly FieldChange[];
  /** Something of a view is different. */
  readonly layout: boolean;
}

export interface NetItems<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly { readonly id: string; readonly fields: readonly FieldChange[] }[];
}

export interface FieldChange {
  readonly field: string;
  readonly from: Value | undefined;
  readonly to: Value | undefined;
}

/** Where an item stands now and how it was before the first change of it; undefined: it was not there. */
class Tracked<T extends Element | Relation> {
  readonly #before = new Map<string, T | undefined>();
  readonly #now = new Map<string, T>();
  readonly #fields = new Map<string, Map<string, FieldChange>>();

  add(value: T): void {
    if (!this.#before.has(value.id)) this.#before.set(value.id, undefined);
    this.#now.set(value.id, value);
  }

  remove(value: T): void {
    // As it was removed, without what was set before that.
    if (!this.#before.has(value.id)) this.#before.set(value.id, this.#asItWas(value));
    this.#now.delete(value.id);
    this.#fields.delete(value.id);
  }

  set(id: string, change: FieldChange): void {
    const known = this.#now.get(id);
    if (known) return void this.#now.set(id, withField(known, change.field, change.to));
    const fields = this.#fields.get(id) ?? new Map<string, FieldChange>();
    const from = fields.has(change.field) ? fields.get(change.field)?.from : change.from;
    fields.set(change.field, { ...change, from });
    this.#fields.set(id, fields);
  }

  net(): NetItems<T> {
    const changed = [...this.#fields].map(([id, fields]) => ({ id, fields: [...fields.values()] }));
    for (const [id, now] of this.#now) {
      const before = this.#before.get(id);
      if (before) changed.push({ id, fields: fieldChanges(before, now) });
    }
    const differing = changed.map(({ id, fields }) => ({ id, fields: fields.filter(isChange) }));
    return {
      added: [...this.#now.values()].filter(({ id }) => this.#before.get(id) === undefined),
      removed: [...this.#before].flatMap(([id, before]) => (before && !this.#now.has(id) ? [before] : [])),
      changed: differing.filter(({ fields }) => fields.length > 0),
    };
  }

  #asItWas(value: T): T {
    let before = value;
    for (const { field, from } of this.#fields.get(value.id)?.values() ?? [])
      before = withField(before, field, from);
    return before;
  }
}

export function netDelta(changes: readonly Change[]): NetDelta {
  const elements = new Tracked<Element>();
  const relations = new Tracked<Relation>();
  const model = new Map<string, FieldChange>();
  let layout = false;
  for (const change of changes) {
    if (change.op === "add" || change.op === "remove") {
      const { kind, value } = change.item;
      if (kind === "element") elements[change.op](value);
      else if (kind === "relation") relations[change.op](value);
      else layout = true;
    } else if (change.op === "set") {
      const { ref, field, from, to } = change;
      if (ref.kind === "element") elements.set(ref.id, { field, from, to });
      else if (ref.kind === "relation") relations.set(ref.id, { field, from, to });
      else if (ref.kind !== "model") layout = true;
      else model.set(field, { field, from: model.has(field) ? model.get(field)?.from : from, to });
    } else if (change.ref.kind === "view" || change.ref.kind === "node" || change.ref.kind === "connection") {
      layout = true;
    }
  }
  const modelFields = [...model.values()].filter(isChange);
  return { elements: elements.net(), relations: relations.net(), modelFields, layout };
}

const isChange = ({ from, to }: FieldChange) => !sameValue(from, to);

function fieldChanges(before: Element | Relation, now: Element | Relation): FieldChange[] {
  const names = new Set(
    [...Object.keys(before), ...Object.keys(now)].filter((name) => name !== "properties"),
  );
  const properties = new Set([...Object.keys(before.properties), ...Object.keys(now.properties)]);
  const valueOf = (bag: object, name: string) =>
    Object.hasOwn(bag, name) ? (bag as Record<string, Value>)[name] : undefined;
  return [
    ...[...names].map((field) => ({ field, from: valueOf(before, field), to: valueOf(now, field) })),
    ...[...properties].map((name) => ({
      field: `properties.${name}`,
      from: valueOf(before.properties, name),
      to: valueOf(now.properties, name),
    })),
  ];
}
