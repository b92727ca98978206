import type { Change, Item, ItemRef } from "../../notation/change.ts";
import { diffGraphs } from "../../notation/diff-graphs.ts";
import { fieldsOf, fieldValue, sameValue } from "../../notation/graph-draft.ts";
import type { Graph, Value } from "../../notation/graph.ts";
import type { Conflict } from "./compiled-patch.ts";
import { ConflictList, itemIn } from "./conflict-list.ts";
import { GraphIndex } from "./graph-index.ts";
import { isLayout, refKey, refOfChange } from "./item-key.ts";
import { drawable, drawingsOf } from "./merge-drawings.ts";

export interface Merge {
  /** What brings to the head what the branch has changed since the base; without what conflicts. */
  readonly changes: readonly Change[];
  /** `theirs` is the head's, `yours` the branch's. */
  readonly conflicts: readonly Conflict[];
}

/** Three-way: what both sides have changed alike is no conflict. */
export function mergeBranches(base: Graph, head: Graph, branch: Graph): Merge {
  const conflicts = new ConflictList(base, head);
  const movedByHead = new Set(
    diffGraphs(base, head).flatMap((change) => (change.op === "move" ? [refKey(change.ref)] : [])),
  );
  const wanted = diffGraphs(base, branch).filter(
    (change) => change.op !== "move" || !movedByHead.has(refKey(change.ref)),
  );
  const changes = wanted.flatMap((change) => brought(conflicts, head, change));
  const left = connected(conflicts, base, head, changes);
  const kept = drawable(head, withoutLeftOut(changes, left));
  return { changes: [...drawingsOf(head, kept), ...kept], conflicts: conflicts.list };
}

/** The change as it is to be made at the head; none where the head has it already, or wants something else. */
function brought(conflicts: ConflictList, head: Graph, change: Change): Change[] {
  const ref = refOfChange(change);
  const there = fieldsOf(head, ref);
  if ("viewId" in ref && !head.views.has(ref.viewId) && !conflicts.isNewView(ref.viewId)) {
    // The head has dropped the view that the branch has drawn in.
    conflicts.addItem("", { kind: "view", id: ref.viewId }, false);
    return [];
  }
  switch (change.op) {
    case "add":
      if (!there) return [change];
      if (!sameValue(itemIn(head, ref), bare(change.item)))
        conflicts.addItem("", ref, false, bare(change.item));
      return [];
    case "remove":
      return there ? removal(conflicts, head, change.item, ref) : [];
    case "set":
      return setting(conflicts, there, change);
    case "move":
      return there ? [change] : [];
  }
}

function setting(
  conflicts: ConflictList,
  there: object | undefined,
  change: Extract<Change, { op: "set" }>,
): Change[] {
  const { ref, field, to } = change;
  if (!there || conflicts.differs(ref, field, to)) {
    conflicts.addField("", ref, field, to);
    return [];
  }
  const from = fieldValue(there as never, field);
  return sameValue(from, to) ? [] : [{ ...change, from }];
}

/** What the head has changed is not removed; where something is only drawn elsewhere, it is. */
function removal(conflicts: ConflictList, head: Graph, item: Item, ref: ItemRef): Change[] {
  const now = itemIn(head, ref);
  if (!isLayout(ref) && !sameValue(now, bare(item))) {
    conflicts.addItem("", ref, false);
    return [];
  }
  const value = ref.kind === "view" ? { ...(now as object), nodes: new Map(), connections: new Map() } : now;
  return [{ op: "remove", item: { ...item, value } as unknown as Item }];
}

const bare = (item: Item): Value => {
  const { nodes: _nodes, connections: _connections, ...own } = item.value as unknown as Record<string, Value>;
  return own;
};

/** Leaves out, as conflicts, what would refer to what the head removed, and removals of what it refers to anew. */
function connected(
  conflicts: ConflictList,
  base: Graph,
  head: Graph,
  changes: readonly Change[],
): readonly Change[] {
  const added = new Set(changes.flatMap((change) => (change.op === "add" ? [change.item.value.id] : [])));
  const removed = new Set(
    changes.flatMap((change) => (change.op === "remove" ? [change.item.value.id] : [])),
  );
  const index = new GraphIndex(head);
  const lost = (id: string | undefined) =>
    id !== undefined && !added.has(id) && !isThere(head, id) && isThere(base, id);
  return changes.filter((change) => {
    const ref = refOfChange(change);
    if (isLayout(ref) || ref.kind === "model") return true;
    const gone = referredTo(change).find(lost);
    if (gone !== undefined) conflicts.addItem("", conflicts.refOf(gone), false);
    const users = change.op === "remove" && "id" in ref ? usersOf(index, ref.id) : [];
    const user = users.find((id) => !removed.has(id) && !isReferenceTaken(changes, id, ref));
    if (user !== undefined) conflicts.addItem("", ref, false);
    return gone === undefined && user === undefined;
  });
}

/** What belongs to something that is new and was left out, such as its drawing, is left out with it. */
function withoutLeftOut(all: readonly Change[], left: readonly Change[]): readonly Change[] {
  const out = new Set(
    all.flatMap((change) => (change.op === "add" && !left.includes(change) ? [change.item.value.id] : [])),
  );
  if (out.size === 0) return left;
  return left.filter((change) => {
    if (change.op !== "add") return true;
    const { id, parent, source, target, element, relation } = change.item.value as Partial<
      Record<"id" | "parent" | "source" | "target" | "element" | "relation", string>
    >;
    const belongs = [parent, source, target, element, relation].some(
      (each) => each !== undefined && out.has(each),
    );
    // In order: what belongs to this one comes later.
    if (belongs && id !== undefined) out.add(id);
    return !belongs;
  });
}

const isThere = ({ elements, relations }: Graph, id: string) => elements.has(id) || relations.has(id);

function referredTo(change: Change): (string | undefined)[] {
  if (change.op === "set")
    return ["parent", "source", "target"].includes(change.field) ? [change.to as string | undefined] : [];
  if (change.op !== "add") return [];
  const { parent, source, target } = change.item.value as {
    parent?: string;
    source?: string;
    target?: string;
  };
  return [parent, source, target];
}

const usersOf = (index: GraphIndex, id: string): string[] => [
  ...index.find("children", id),
  ...index.find("relationsAt", id),
  ...index.find("relationsIn", id),
];

/** Whether the merge itself lets the user refer to something else. */
function isReferenceTaken(changes: readonly Change[], user: string, to: ItemRef): boolean {
  return changes.some(
    (change) =>
      change.op === "set" &&
      "id" in change.ref &&
      change.ref.id === user &&
      ["parent", "source", "target"].includes(change.field) &&
      "id" in to &&
      change.from === to.id,
  );
}
