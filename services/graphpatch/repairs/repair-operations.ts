import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Graph } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { addDefaultFlows } from "./add-default-flows.ts";
import { connectDisconnected } from "./connect-disconnected.ts";
import { labelUnnamed } from "./label-unnamed.ts";

/** Repairs that need no thinking. */
export type Repair = "label_unnamed" | "connect_disconnected" | "add_default_flows";

/** So that a person can review them. */
const MOST_OPERATIONS = 100;

/** Operations that repair what can be repaired by looking alone; none when there is nothing to do. */
export function repairOperations(
  kit: Pick<NotationKit, "vocabulary">,
  graph: Graph,
  repair: Repair,
): GraphOperation[] {
  const operations = {
    label_unnamed: () => labelUnnamed(kit, graph),
    connect_disconnected: () => connectDisconnected(kit, graph),
    add_default_flows: () => addDefaultFlows(graph),
  }[repair]();
  return operations.slice(0, MOST_OPERATIONS);
}
