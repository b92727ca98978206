import * as fc from "fast-check";
import { expect, it } from "vitest";
import { applyChanges, invertChanges } from "../notation/apply-changes.ts";
import type { Change } from "../notation/change.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { generateModel } from "../testing/model-graphs.ts";
import { graphDelta, type ItemDelta } from "./engine/graph-delta.ts";
import { netDelta, type NetItems } from "./net-delta.ts";

const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id).toSorted();
const ofItems = ({ added, removed, changed }: ItemDelta<never>) => ({
  added: idsOf(added),
  removed: idsOf(removed),
  changed: Object.fromEntries(
    changed.map(({ to, fields }) => [(to as { id: string }).id, [...fields].toSorted()]),
  ),
});
const ofNet = ({ added, removed, changed }: NetItems<never>) => ({
  added: idsOf(added),
  removed: idsOf(removed),
  changed: Object.fromEntries(
    changed.map(({ id, fields }) => [id, fields.map(({ field }) => field).toSorted()]),
  ),
});

// Models of the same generator have many ids in common, with other names and parents.
const graphs = [1, 2, 3, 4, 5].map((seed) => generateModel("uml", 30, seed));

/** A walk over several graphs, and perhaps a part of the way back. */
const walks = fc.record({
  stops: fc.array(fc.constantFrom(...graphs), { minLength: 2, maxLength: 5 }),
  back: fc.nat(200),
});

it("the net delta of any changes is the difference between what was before and what is afterwards", () => {
  fc.assert(
    fc.property(walks, ({ stops, back }) => {
      const forward = stops
        .slice(1)
        .flatMap((graph, i): Change[] => [...diffGraphs(stops[i] ?? graph, graph)]);
      const changes = [...forward, ...invertChanges(forward).slice(0, back)];
      const [before] = stops;
      if (!before) return;
      const after = applyChanges(before, changes);
      const [expected, net] = [graphDelta(before, after), netDelta(changes)];
      expect(ofNet(net.elements as NetItems<never>)).toEqual(ofItems(expected.elements as ItemDelta<never>));
      expect(ofNet(net.relations as NetItems<never>)).toEqual(
        ofItems(expected.relations as ItemDelta<never>),
      );
      const values = new Map(net.elements.added.map((element) => [element.id, element]));
      for (const [id, element] of values) expect(element).toEqual(after.elements.get(id));
    }),
  );
});
