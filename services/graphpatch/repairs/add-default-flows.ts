import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { create } from "@bufbuild/protobuf";
import type { Element, Graph } from "../../notation/graph.ts";
import { flowEnds } from "./flow-ends.ts";

const DECIDES = new Set(["exclusiveGateway", "inclusiveGateway", "complexGateway"]);

/**
 * Makes a flow without a condition the default of its gateway: the last one, where several have none. A gateway whose
 * flows all have conditions is left alone, since nobody can tell from outside which of them may go.
 */
export function addDefaultFlows(graph: Graph): GraphOperation[] {
  const { outgoing } = flowEnds(graph);
  const operations: GraphOperation[] = [];
  for (const element of graph.elements.values()) {
    const flows = outgoing.get(element.id) ?? [];
    if (!DECIDES.has(element.type) || flows.length < 2 || hasDefault(element)) continue;
    const flow = flows.findLast(({ properties }) => !Object.hasOwn(properties, "conditionExpression"));
    if (!flow) continue;
    const selector = { case: "nodeId" as const, value: element.id };
    operations.push(
      create(GraphOperationSchema, {
        id: `default-${operations.length + 1}`,
        rationale: `“${element.name || element.id}” has no default flow: when no condition holds, the process would stop`,
        operation: {
          case: "updateNode",
          value: { target: { selector }, properties: { default: flow.id } },
        },
      }),
    );
  }
  return operations;
}

const hasDefault = ({ properties }: Element): boolean =>
  typeof properties["default"] === "string" && properties["default"] !== "";
