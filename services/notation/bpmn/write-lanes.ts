import type { Graph } from "../graph.ts";
import { textOf } from "./read-fields.ts";
import { addInOrder, type OnReference } from "./write-fields.ts";
import { detach, draftChildren, draftsNamed, isWithin, setText, type DraftElement } from "./xml-draft.ts";

/** Lanes list their elements: an element's property `lane` is written where the lane is. */
export function writeLanes(
  root: DraftElement,
  was: Graph,
  now: Graph,
  nodes: ReadonlyMap<string, DraftElement>,
  onReference: OnReference,
): void {
  const areMoved = [...was.elements.values()].some(
    ({ id, type, parent }) => type === "lane" && now.elements.get(id)?.parent !== parent,
  );
  const relisted = new Map<string, string | undefined>();
  for (const [id, { properties }] of now.elements) {
    const lane = laneOf(properties["lane"]);
    if (areMoved || lane !== laneOf(was.elements.get(id)?.properties["lane"])) relisted.set(id, lane);
  }
  for (const id of was.elements.keys()) if (!now.elements.has(id)) relisted.set(id, undefined);
  if (relisted.size === 0) return;
  const isLane = (id: string | undefined) => id !== undefined && now.elements.get(id)?.type === "lane";
  const into = new Map(
    [...relisted].map(([id, lane]) => [id, isLane(lane) ? nodes.get(lane ?? "") : undefined]),
  );
  const listed = new Set<string>();
  for (const lane of lanesWithin(root)) unlist(lane, into, listed);
  for (const [id, lane] of into) {
    if (!lane || listed.has(id)) continue;
    setText(addInOrder(lane, "lane", "flowNodeRef"), id);
    onReference(id);
  }
}

const laneOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Lanes around the new one may go on listing the element. */
function unlist(
  lane: DraftElement,
  into: ReadonlyMap<string, DraftElement | undefined>,
  listed: Set<string>,
): void {
  for (const ref of draftsNamed(lane, "flowNodeRef")) {
    const text = textOf(ref).trim();
    const id = into.has(text) ? text : text.slice(text.indexOf(":") + 1);
    if (!into.has(id)) continue;
    const to = into.get(id);
    if (to === lane) listed.add(id);
    else if (!to || !isWithin(lane, to)) detach(ref);
  }
}

function lanesWithin(node: DraftElement): DraftElement[] {
  return draftChildren(node).flatMap((child) => [
    ...(child.local === "lane" ? [child] : []),
    ...lanesWithin(child),
  ]);
}
