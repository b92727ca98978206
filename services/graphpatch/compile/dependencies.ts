import type { CompiledPatch, Dependency } from "./compiled-patch.ts";

/** Which operations are not possible without which others; those that need none are left out. */
export function findDependencies(compiled: CompiledPatch): Dependency[] {
  throw new Error(`being written: ${compiled.input.seed}`);
}

export interface Rejection {
  /** The patch without the rejected operations and those that depend on them. */
  readonly compiled: CompiledPatch;
  /** Operations that go with a rejected one. */
  readonly gone: readonly { readonly operationId: string; readonly becauseOf: string }[];
}

/** Takes operations out, and exactly those that are not possible without them. */
export function rejectOperations(compiled: CompiledPatch, rejected: ReadonlySet<string>): Rejection {
  throw new Error(`being written: ${compiled.input.seed}${rejected.size}`);
}
