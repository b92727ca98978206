import type { Relation } from "../graph.ts";
import { idOf } from "./file-ids.ts";
import { RELATION_ENDS } from "./item-types.ts";
import { addInOrder, type OnReference } from "./write-fields.ts";
import { detach, draftsNamed, setAttribute, setText, type DraftElement } from "./xml-draft.ts";

/** Writes where a relation begins and ends. */
export function writeEnds(
  node: DraftElement,
  was: Relation | undefined,
  now: Relation,
  nodes: ReadonlyMap<string, DraftElement>,
  onReference: OnReference,
): void {
  const ends = RELATION_ENDS.get(now.type) ?? "attributes";
  if (ends === "attributes") {
    for (const [end, attribute] of [
      ["source", "sourceRef"],
      ["target", "targetRef"],
    ] as const)
      if (was?.[end] !== now[end]) {
        setAttribute(node, attribute, now[end] || undefined);
        onReference(now[end]);
      }
    return;
  }
  const [owner, far, farRef] =
    ends === "into-owner"
      ? (["target", "source", "sourceRef"] as const)
      : (["source", "target", "targetRef"] as const);
  if (was?.[far] !== now[far]) {
    setText(draftsNamed(node, farRef)[0] ?? addInOrder(node, now.type, farRef), now[far]);
    onReference(now[far]);
  }
  if (was?.[owner] !== now[owner]) writeNear(node, ends, nodes.get(now[owner]), now);
}

/** The end within the owner. The format asks for one on the way in: a property that stands for it, as bpmn.io does. */
function writeNear(
  node: DraftElement,
  ends: "into-owner" | "out-of-owner",
  owner: DraftElement | undefined,
  { type, target }: Relation,
): void {
  if (ends === "out-of-owner") return draftsNamed(node, "sourceRef").forEach(detach);
  if (!owner) return;
  const ref = draftsNamed(node, "targetRef")[0] ?? addInOrder(node, type, "targetRef");
  setText(ref, placeholderOf(owner, target));
}

const PLACEHOLDER = "__targetRef_placeholder";

function placeholderOf(owner: DraftElement, ownerId: string): string {
  const there = draftsNamed(owner, "property").find((child) =>
    child.attributes.some(({ name, value }) => name === "name" && value === PLACEHOLDER),
  );
  const known = there && idOf(there);
  if (known !== undefined) return known;
  const id = `Property_${ownerId}`;
  const made = addInOrder(owner, owner.local, "property");
  setAttribute(made, "id", id);
  setAttribute(made, "name", PLACEHOLDER);
  return id;
}
