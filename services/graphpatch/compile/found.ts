import type { ItemRef } from "../../notation/change.ts";

/** What selectors find. */
export type Found = Exclude<ItemRef, { kind: "model" }>;
export type Kinds = ReadonlySet<ItemRef["kind"]>;

export const ELEMENTS: Kinds = new Set(["element"]);
export const RELATIONS: Kinds = new Set(["relation"]);
/** What relations may have at their ends. */
export const ENDS: Kinds = new Set(["element", "relation"]);
export const NAMED: Kinds = new Set(["element", "relation", "view"]);
