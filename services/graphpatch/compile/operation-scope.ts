import type { Problem } from "../../notation/problem.ts";
import type { Workspace } from "./workspace.ts";

/** An operation while it is applied. */
export interface OperationScope {
  readonly ws: Workspace;
  readonly operationId: string;
  /** Where it stands in the request: "operations[3].connect". */
  readonly path: string;
}

export type Told = Omit<Problem, "severity" | "operationId"> & { readonly severity?: Problem["severity"] };

/** Notes a problem of the operation; undefined, so that it can be returned. */
export function tell({ ws, operationId }: OperationScope, problem: Told): undefined {
  ws.problems.push({ severity: "error", ...problem, operationId });
  return undefined;
}

/** The same scope further down the request. */
export const within = (scope: OperationScope, field: string): OperationScope => ({
  ...scope,
  path: `${scope.path}.${field}`,
});
