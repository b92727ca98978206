import type { Change } from "../change.ts";

/** What should not have changed, in words. */
export function describeChange(change: Change): { element: string; reason: string } {
  switch (change.op) {
    case "add":
      return { element: change.item.value.id, reason: `a ${change.item.kind} appeared` };
    case "remove":
      return { element: change.item.value.id, reason: `a ${change.item.kind} is gone` };
    case "move":
      return { element: idOf(change), reason: `a ${change.ref.kind} stands somewhere else` };
    case "set": {
      const [from, to] = [JSON.stringify(change.from), JSON.stringify(change.to)];
      return { element: idOf(change), reason: `${change.field}: ${short(from)} became ${short(to)}` };
    }
  }
}

const idOf = ({ ref }: { ref: { kind: string; id?: string } }): string => ref.id ?? "the model";
const short = (json: string | undefined): string => (json ?? "nothing").slice(0, 120);
