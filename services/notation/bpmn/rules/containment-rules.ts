import type { Element, Graph } from "../../graph.ts";
import { elementRule } from "../../make-rule.ts";
import type { Rule } from "../../notation.ts";
import { describe, processOf } from "../model-queries.ts";
import { childSlot, isA, SCHEMA } from "../schema.ts";

export const CONTAINMENT_RULES: readonly Rule[] = [
  elementRule(
    {
      id: "bpmn/containment",
      severity: "error",
      says: "Everything stands in what can contain it: flow nodes in a process or subprocess, lanes in a process, pools in a collaboration.",
    },
    function* (graph, element) {
      const parent = element.parent === undefined ? undefined : graph.elements.get(element.parent);
      if (element.parent !== undefined && !parent)
        yield { message: `${describe(graph, element.id)} is in ${element.parent}, which does not exist.` };
      else if (!mayContain(parent?.type, element.type))
        yield {
          message: `${describe(graph, element.id)} cannot stand in ${parent ? describe(graph, parent.id) : "the model itself"}. ${hint(graph, element, parent)}`,
          ...(parent && { relatedIds: [parent.id] }),
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/no-containment-cycle",
      severity: "error",
      says: "Nothing contains itself.",
    },
    function* (graph, { id }) {
      const seen = new Set([id]);
      let at = graph.elements.get(id)?.parent;
      for (; at !== undefined && !seen.has(at); at = graph.elements.get(at)?.parent) seen.add(at);
      if (at === id) yield { message: `${describe(graph, id)} is within itself.` };
    },
  ),
  elementRule(
    {
      id: "bpmn/lane-of-process",
      severity: "error",
      says: "An element is in a lane of its own process.",
    },
    function* (graph, element) {
      const lane = graph.elements.get(String(element.properties["lane"] ?? ""));
      if (lane?.type !== "lane" || processOf(graph, lane.id) === processOf(graph, element.id)) return;
      yield {
        message: `${describe(graph, element.id)} is in ${describe(graph, lane.id)}, which belongs to another process.`,
        relatedIds: [lane.id],
      };
    },
  ),
  elementRule(
    {
      id: "bpmn/pool-of-process",
      severity: "warning",
      says: "No two pools of a collaboration show the same process.",
    },
    function* (graph, pool) {
      const process = pool.type === "participant" ? pool.properties["processRef"] : undefined;
      if (process === undefined) return;
      for (const other of graph.elements.values()) {
        if (other.id === pool.id) return;
        if (
          other.type === "participant" &&
          other.parent === pool.parent &&
          other.properties["processRef"] === process
        )
          yield {
            message: `${describe(graph, pool.id)} shows the same process as ${describe(graph, other.id)}.`,
            relatedIds: [other.id],
          };
      }
    },
  ),
];

/** Whether the format has a place for such an element there; without a container: in the model itself. */
export function mayContain(container: string | undefined, type: string): boolean {
  if (container === undefined) return isA(type, "rootElement");
  if (type === "lane") return container === "lane" || childSlot(container, "laneSet") !== undefined;
  if (type === "dataInput" || type === "dataOutput") return isA(container, "callableElement");
  return !isA(container, "event") && childSlot(container, type) !== undefined;
}

function hint(graph: Graph, element: Element, parent: Element | undefined): string {
  if (parent?.type === "lane") return `Keep it in its process and set its property lane to ${parent.id}.`;
  const process = parent?.properties["processRef"];
  if (typeof process === "string" && mayContain("process", element.type))
    return `Put it into its process ${process}.`;
  const could = [...graph.elements.values()].filter(({ type }) => mayContain(type, element.type));
  if (could.length > 0) {
    const some = could.slice(0, 5).map(({ id }) => describe(graph, id));
    return `Put it into ${some.join(" or ")}.`;
  }
  const types = [...SCHEMA.values()].filter(
    ({ name, isAbstract }) => !isAbstract && mayContain(name, element.type),
  );
  return `It belongs into a ${types
    .slice(0, 3)
    .map(({ name }) => name)
    .join(" or ")}.`;
}
