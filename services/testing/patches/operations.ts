import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";

/** Operations as JSON, the way agents write them. */
export const operations = (...each: JsonObject[]): GraphOperation[] =>
  each.map((operation) => fromJson(GraphOperationSchema, operation));
