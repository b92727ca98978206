import type { Change } from "../../notation/change.ts";
import type { Bounds, Element, Graph, Relation } from "../../notation/graph.ts";
import { freeGround, freePlace } from "../../notation/layout/free-place.ts";
import { orthogonalLine } from "../../notation/layout/route-line.ts";
import type { ElementType, NotationKit, RelationType, Rule } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";

/** A small notation for tests of what is the same for all of them: tasks, events and gateways in processes. */

const TASK = { width: 100, height: 80 };
const DOT = { width: 36, height: 36 };
const ELEMENTS = new Map<string, ElementType>(
  [
    { name: "process", label: "Process", group: "container" },
    { name: "subProcess", label: "Subprocess", group: "container", size: { width: 350, height: 200 } },
    { name: "task", label: "Task", group: "task", size: TASK },
    { name: "userTask", label: "User task", group: "task", size: TASK, aliases: ["bpmn:usertask"] },
    { name: "startEvent", label: "Start event", group: "event", size: DOT },
    { name: "endEvent", label: "End event", group: "event", size: DOT },
    { name: "timer", label: "Timer", group: "event", size: DOT },
    { name: "gateway", label: "Gateway", group: "gateway", size: { width: 50, height: 50 } },
    { name: "lane", label: "Lane", group: "container" },
    { name: "group", label: "Group", group: "artifact" },
    { name: "note", label: "Note", group: "artifact", size: TASK },
  ].map((type) => [type.name, type]),
);
const RELATIONS = new Map<string, RelationType>(
  [
    { name: "flow", label: "Flow", aliases: ["sequenceflow"] },
    { name: "association", label: "Association" },
  ].map((type) => [type.name, type]),
);

const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, "");
const named = <T extends ElementType | RelationType>(types: ReadonlyMap<string, T>, name: string) =>
  types.get(name) ??
  [...types.values()].find(
    (type) =>
      plain(type.name) === plain(name) ||
      plain(type.label) === plain(name) ||
      type.aliases?.includes(plain(name)),
  );

const flows = (type: string | undefined) => !["process", "lane", "group", "note"].includes(type ?? "process");

/** Counts how much the rules were asked to look at. */
export interface RuleWork {
  items: number;
}

function itemsIn<T>(
  map: ReadonlyMap<string, T>,
  scope: ReadonlySet<string> | undefined,
  work: RuleWork,
): T[] {
  const items = scope ? [...scope].flatMap((id) => map.get(id) ?? []) : [...map.values()];
  work.items += items.length;
  return items;
}

function rule(id: string, says: string, check: Rule["check"], severity: Problem["severity"] = "error"): Rule {
  return { id: `toy/${id}`, severity, says, check };
}

function toyRules(work: RuleWork): Rule[] {
  const broken = (id: string, itemId: string, message: string, relatedIds: string[] = []): Problem => ({
    severity: id === "toy/named" ? "warning" : "error",
    code: id,
    itemId,
    message,
    relatedIds,
  });
  const elements = (graph: Graph, scope?: ReadonlySet<string>): Element[] =>
    itemsIn(graph.elements, scope, work);
  const relations = (graph: Graph, scope?: ReadonlySet<string>): Relation[] =>
    itemsIn(graph.relations, scope, work);
  return [
    rule("flow-within-one", "A flow stays within one container.", (graph, scope) =>
      relations(graph, scope).flatMap(({ id, type, source, target }) => {
        const [from, to] = [graph.elements.get(source), graph.elements.get(target)];
        return type === "flow" && from && to && from.parent !== to.parent
          ? [broken("toy/flow-within-one", id, `${id} leaves its container`)]
          : [];
      }),
    ),
    rule("start-and-end", "Nothing flows into a start or out of an end.", (graph, scope) =>
      relations(graph, scope).flatMap(({ id, type, source, target }) =>
        type === "flow" &&
        (graph.elements.get(target)?.type === "startEvent" || graph.elements.get(source)?.type === "endEvent")
          ? [broken("toy/start-and-end", id, `${id} flows the wrong way`)]
          : [],
      ),
    ),
    rule("one-start", "A process has one start event at most.", (graph, scope) =>
      elements(graph, scope).flatMap(({ id, type }) => {
        if (type !== "process") return [];
        const starts = [...graph.elements.values()].filter(
          (element) => element.parent === id && element.type === "startEvent",
        );
        return starts.length > 1
          ? [
              broken(
                "toy/one-start",
                id,
                `${id} has ${starts.length} start events`,
                starts.map((each) => each.id),
              ),
            ]
          : [];
      }),
    ),
    rule("three-ways", "No more than three flows leave an element.", (graph, scope) =>
      elements(graph, scope).flatMap(({ id }) => {
        const out = [...graph.relations.values()].filter(
          ({ source, type }) => source === id && type === "flow",
        );
        return out.length > 3 ? [broken("toy/three-ways", id, `${out.length} flows leave ${id}`)] : [];
      }),
    ),
    rule("task-flows", "A gateway has a way out.", (graph, scope) =>
      elements(graph, scope).flatMap(({ id, type }) =>
        type === "gateway" && ![...graph.relations.values()].some(({ source }) => source === id)
          ? [broken("toy/task-flows", id, `${id} leads nowhere`)]
          : [],
      ),
    ),
    rule(
      "named",
      "A task has a name.",
      (graph, scope) =>
        elements(graph, scope).flatMap(({ id, type, name }) =>
          type === "task" && name === "" ? [broken("toy/named", id, `${id} has no name`)] : [],
        ),
      "warning",
    ),
  ];
}

function place(graph: Graph, ids: readonly string[], near?: ReadonlyMap<string, string>): Change[] {
  const changes: Change[] = [];
  for (const view of graph.views.values()) {
    const boxes = new Map<string, { id: string; bounds: Bounds }>();
    for (const { id, element, bounds } of view.nodes.values())
      if (element !== undefined && bounds) boxes.set(element, { id, bounds });
    for (const id of ids) {
      const element = graph.elements.get(id);
      const size = element && ELEMENTS.get(element.type)?.size;
      if (!size || boxes.has(id)) continue;
      const taken = [...boxes.values()].map(({ bounds }) => bounds);
      const beside = boxes.get(near?.get(id) ?? "")?.bounds;
      const bounds = (beside && freePlace(size, beside, taken)) ?? freeGround(size, taken);
      const value = { id: `${id}_di`, element: id, bounds, properties: {} };
      changes.push({ op: "add", item: { kind: "node", viewId: view.id, value } });
      boxes.set(id, value);
    }
    for (const id of ids) {
      const relation = graph.relations.get(id);
      const [from, to] = [boxes.get(relation?.source ?? ""), boxes.get(relation?.target ?? "")];
      if (!relation || !from || !to) continue;
      if ([...view.connections.values()].some((each) => each.relation === id)) continue;
      const waypoints = orthogonalLine(from.bounds, to.bounds);
      const ends = { source: from.id, target: to.id };
      const value = { id: `${id}_di`, relation: id, ...ends, waypoints, properties: {} };
      changes.push({ op: "add", item: { kind: "connection", viewId: view.id, value } });
    }
  }
  return changes;
}

export function toyKit(work: RuleWork = { items: 0 }): NotationKit {
  return {
    notation: "bpmn",
    codec: {
      notation: "bpmn",
      mediaType: "application/json",
      extensions: [".json"],
      recognises: () => false,
      read: () => {
        throw new Error("toys are not read");
      },
      write: () => {
        throw new Error("toys are not written");
      },
    },
    vocabulary: {
      elements: ELEMENTS,
      relations: RELATIONS,
      elementType: (name) => named(ELEMENTS, name),
      relationType: (name) => named(RELATIONS, name),
      groups: (type) => (type === "group" ? { by: "drawing" } : { by: "parent", bordered: ["flow"] }),
      usualRelation: ({ elements }, source, target) => {
        const types = [elements.get(source)?.type, elements.get(target)?.type];
        if (types.every(flows)) return "flow";
        return types.includes("note") ? "association" : undefined;
      },
      usualParent: ({ elements }, type, near) => {
        if (type === "process") return undefined;
        const beside = elements.get(near ?? "");
        if (beside) return beside.parent;
        return [...elements.values()].find((element) => element.type === "process")?.id;
      },
    },
    rules: toyRules(work),
    layout: { place },
  };
}
