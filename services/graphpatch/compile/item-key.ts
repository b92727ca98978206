import type { Change, Item, ItemRef } from "../../notation/change.ts";

const BETWEEN = "\u0000";

/** Boxes and lines have their ids from their view, so a key has both. */
export const inView = (viewId: string, id: string): string => viewId + BETWEEN + id;

/** The two parts of what `inView` made. */
export function partsOf(key: string): [viewId: string, id: string] {
  const at = key.indexOf(BETWEEN);
  return [key.slice(0, at), key.slice(at + 1)];
}

/** One string for an item of whatever kind. */
export function refKey(ref: ItemRef): string {
  if (ref.kind === "model") return "model";
  return "viewId" in ref ? `${ref.kind} ${inView(ref.viewId, ref.id)}` : `${ref.kind} ${ref.id}`;
}

export function refOfItem(item: Item): ItemRef {
  return item.kind === "node" || item.kind === "connection"
    ? { kind: item.kind, viewId: item.viewId, id: item.value.id }
    : { kind: item.kind, id: item.value.id };
}

export const refOfChange = (change: Change): ItemRef =>
  "item" in change ? refOfItem(change.item) : change.ref;

export const isLayout = ({ kind }: ItemRef): boolean =>
  kind === "node" || kind === "connection" || kind === "view";
