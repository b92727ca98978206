import type { JsonObject } from "@bufbuild/protobuf";

/** An operation on the order process of `toy-graphs.ts`, and what a reviewer reads of it. */
export interface CatalogueEntry {
  readonly title: string;
  readonly operation: JsonObject;
  readonly says: string;
  /** For reverts and merges only. */
  readonly raw?: true;
}

const A = { nodeId: "A" };
const B = { nodeId: "B" };
const C = { nodeId: "C" };

/** Every operation there is, with its forms. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    title: "a new element beside another",
    operation: { addNode: { type: "bpmn:UserTask", name: "Check credit", near: A } },
    says: 'Adds userTask "Check credit" to "Process"',
  },
  {
    title: "a new element with everything that can be said of it",
    operation: {
      addNode: {
        type: "timer",
        name: "Hurry",
        parent: { nodeId: "P" },
        elementId: "Hurry_1",
        key: "order.hurry",
        documentation: "After an hour.",
        lifecycle: "LIFECYCLE_PLANNED",
        properties: { attachedToRef: "A" },
      },
    },
    says: 'Adds timer "Hurry" to "Process"',
  },
  {
    title: "an element goes, with its flows, what is attached to it, and their drawing",
    operation: { removeNode: { target: B } },
    says: 'Removes userTask "Ship goods"; removes timer "Too late"; removes flow "complete" from "Check order" to "Ship goods"; removes flow from "Ship goods" to "Send invoice"',
  },
  {
    title: "an element goes, and what came before it leads to what comes after it",
    operation: { removeNode: { target: B, bridge: true } },
    says: 'Lets flow "complete" from "Check order" to "Send invoice" end at "Send invoice"; removes userTask "Ship goods"; removes timer "Too late"; removes flow from "Ship goods" to "Send invoice"',
  },
  {
    title: "fields and properties",
    operation: {
      updateNode: {
        target: A,
        type: "userTask",
        documentation: "By hand.",
        properties: { lane: null, cost: 3 },
      },
    },
    says: 'Changes type of userTask "Check order" from "task" to "userTask"; changes documentation of userTask "Check order" from "" to "By hand."; takes lane ("L") from userTask "Check order"; sets cost of userTask "Check order" to 3',
  },
  {
    title: "a new relation, of the usual type",
    operation: { connect: { source: A, target: C, name: "urgent" } },
    says: 'Adds flow "urgent" from "Check order" to "Send invoice"',
  },
  {
    title: "a relation goes",
    operation: { disconnect: { relation: { nodeId: "A_B" } } },
    says: 'Removes flow "complete" from "Check order" to "Ship goods"',
  },
  {
    title: "all relations between two elements go",
    operation: { disconnect: { between: { source: A, target: B } } },
    says: 'Removes flow "complete" from "Check order" to "Ship goods"',
  },
  {
    title: "some elements are replaced by others",
    operation: {
      replaceSubgraph: {
        targets: B,
        nodes: [
          { id: "pack", type: "task", name: "Pack" },
          { id: "send", type: "task", name: "Send" },
        ],
        edges: [{ source: "pack", target: "send" }],
      },
    },
    says: 'Adds task "Pack" to "Process"; adds task "Send" to "Process"; adds flow from "Pack" to "Send"; lets flow "complete" from "Check order" to "Pack" end at "Pack"; and 3 more',
  },
  {
    title: "another name",
    operation: { rename: { target: A, name: "Check the order" } },
    says: 'Renames task "Check order" to "Check the order"',
  },
  {
    title: "another lifecycle",
    operation: { setLifecycle: { target: A, lifecycle: "LIFECYCLE_RETIRING" } },
    says: 'Sets lifecycle of task "Check order" to "retiring"',
  },
  {
    title: "another container",
    operation: { move: { target: { nodeId: "N" }, parent: { nodeId: "L" } } },
    says: 'Moves note "Look twice" into "Sales"',
  },
  {
    title: "another place among its siblings",
    operation: { move: { target: C, before: A } },
    says: 'Puts task "Send invoice" before "Check order"',
  },
  {
    title: "a container around elements",
    operation: { group: { targets: { nodeId: "N" }, type: "subProcess", name: "Remarks" } },
    says: 'Adds subProcess "Remarks" to "Process"; moves note "Look twice" into "Remarks"',
  },
  {
    title: "another end of a relation",
    operation: { reconnect: { relation: { nodeId: "A_B" }, target: C } },
    says: 'Lets flow "complete" from "Check order" to "Send invoice" end at "Send invoice"',
  },
  {
    title: "a new view",
    operation: { addView: { name: "For sales", element: { nodeId: "P" } } },
    says: 'Adds view "For sales"',
  },
  {
    title: "a view goes, and no element",
    operation: { removeView: { viewId: "V" } },
    says: 'Removes view "All of it"',
  },
  {
    title: "where a box is",
    operation: { setBounds: { node: A, bounds: { x: 10, y: 20, width: 100, height: 80 } } },
    says: 'Moves the box of "Check order" in the drawing',
  },
  {
    title: "how a line runs",
    operation: {
      setWaypoints: {
        connection: { nodeId: "A_B" },
        waypoints: [
          { x: 350, y: 150 },
          { x: 400, y: 150 },
        ],
      },
    },
    says: 'Redraws the line of "complete"',
  },
  {
    title: "how a box looks",
    operation: { setStyle: { target: A, properties: { fill: "#ffe0b2" } } },
    says: 'Sets fill of the box of "Check order" to "#ffe0b2"',
  },
  {
    title: "an element is drawn that is not yet",
    operation: { showInView: { viewId: "V", targets: { nodeId: "L" } } },
    says: 'Adds the box of "Sales" to view "All of it"',
  },
  {
    title: "an element is no longer drawn, and stays in the model",
    operation: { hideFromView: { viewId: "V", targets: { nodeId: "N" } } },
    says: 'Removes the box of "Look twice"; removes the line of N_C',
  },
  {
    title: "changes as they are",
    raw: true,
    operation: {
      rawChanges: {
        changes: [
          {
            set: {
              ref: { kind: "ITEM_KIND_ELEMENT", id: "A" },
              field: "name",
              from: "Check order",
              to: "Check",
            },
          },
        ],
      },
    },
    says: 'Renames task "Check order" to "Check"',
  },
];
