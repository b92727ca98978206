import type { Relation } from "../../graph.ts";
import { relationsAt } from "../rules/relations-in.ts";
import type { ViewSheet } from "./view-sheet.ts";

const STRUCTURAL = new Set(["Composition", "Aggregation", "Assignment", "Realization"]);

/** Draws the relations, and those of the elements, wherever both ends are drawn. */
export function drawLines(sheet: ViewSheet, ids: readonly string[]): void {
  const { relations } = sheet.graph;
  const added = new Set(
    sheet.changes.flatMap((change) =>
      change.op === "add" && change.item.kind === "node" ? (change.item.value.element ?? []) : [],
    ),
  );
  const wanted = new Map<string, Relation>();
  const want = (relation: Relation | undefined): unknown => relation && wanted.set(relation.id, relation);
  for (const id of ids) {
    want(relations.get(id));
    if (added.has(id)) for (const relation of relationsAt(sheet.graph, id)) want(relation);
  }
  let waiting = [...wanted.values()].filter(({ id }) => sheet.lineOf(id) === undefined);
  // A relation to a relation waits for its line.
  for (let before = -1; before !== waiting.length;) {
    before = waiting.length;
    waiting = waiting.filter((relation) => !drawLine(sheet, relation));
  }
}

/** Whether it is drawn, or said by a box inside another one. */
function drawLine(sheet: ViewSheet, { id, type, source, target }: Relation): boolean {
  const [from, to] = [sheet.boxOf(source), sheet.boxOf(target)];
  if (from && to && STRUCTURAL.has(type) && to.parent === from.id) return true;
  const start = from?.id ?? sheet.lineOf(source);
  const end = to?.id ?? sheet.lineOf(target);
  if (start === undefined || end === undefined) return false;
  sheet.addLine(id, start, end);
  return true;
}
