import type { Element, Relation, Value, View, ViewConnection, ViewNode } from "./graph.ts";

/** Elements, relations and views belong to the model; nodes and connections to a view. */
export type Item =
  | { readonly kind: "element"; readonly value: Element }
  | { readonly kind: "relation"; readonly value: Relation }
  /** Without nodes and connections: those come and go by changes of their own. */
  | { readonly kind: "view"; readonly value: View }
  | { readonly kind: "node"; readonly viewId: string; readonly value: ViewNode }
  | { readonly kind: "connection"; readonly viewId: string; readonly value: ViewConnection };

/** What a change is about. "model" is the graph's own name, documentation and properties. */
export type ItemRef =
  | { readonly kind: "model" }
  | { readonly kind: "element" | "relation" | "view"; readonly id: string }
  | { readonly kind: "node" | "connection"; readonly viewId: string; readonly id: string };

/**
 * One step from a graph to the next. Each holds all that its inverse needs. `before` is the item of the same kind (and
 * view) that stands after it in document order; none: it is the last.
 */
export type Change =
  | { readonly op: "add"; readonly item: Item; readonly before?: string }
  | { readonly op: "remove"; readonly item: Item; readonly before?: string }
  | {
      readonly op: "set";
      readonly ref: ItemRef;
      /** A field of the item ("name", "parent", "bounds", …) or one property, "properties.<name>". */
      readonly field: string;
      /** Undefined: the item does not have the field, before or afterwards. */
      readonly from: Value | undefined;
      readonly to: Value | undefined;
    }
  | { readonly op: "move"; readonly ref: ItemRef; readonly from?: string; readonly to?: string };
