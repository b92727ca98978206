import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Problem } from "../../notation/problem.ts";
import { compilePatch } from "./compile-patch.ts";
import type { CompiledPatch, Dependency, PatchInput } from "./compiled-patch.ts";
import { footprintsOf } from "./footprints.ts";
import { MAX_VISITS } from "./limits.ts";

export interface Rejection {
  /** The patch without the rejected operations and those that depend on them. */
  readonly compiled: CompiledPatch;
  /** Operations that go with a rejected one. */
  readonly gone: readonly { readonly operationId: string; readonly becauseOf: string }[];
}

/** Beyond so many operations it costs too much to try what happens without each of them. */
const MOST_TRIED = 40;

/** So often a patch is compiled again to find out what is possible; then what is likely has to do. */
const MOST_TRIALS = 400;

/** Compiles to see what happens, as long as it may. */
class Trials {
  #left = MOST_TRIALS;
  #visited = 0;

  get areLeft(): boolean {
    return this.#left > 0 && this.#visited <= MAX_VISITS;
  }

  compile(input: PatchInput): CompiledPatch {
    this.#left--;
    const compiled = compilePatch(input);
    this.#visited += compiled.visited;
    return compiled;
  }
}

/** Which operations are not possible without which others; those that need none are left out. */
export function findDependencies(compiled: CompiledPatch): Dependency[] {
  const { operations } = compiled.input;
  const dependsOn = new Map<string, string[]>();
  const tried = operations.length <= MOST_TRIED;
  for (const { id } of operations) {
    const dependants = tried ? dependantsOf(compiled, id) : referringTo(compiled, id);
    for (const dependant of dependants) dependsOn.set(dependant, [...(dependsOn.get(dependant) ?? []), id]);
  }
  return operations.flatMap(({ id }) => {
    const needed = dependsOn.get(id);
    return needed ? [{ operationId: id, dependsOn: needed }] : [];
  });
}

/** Takes operations out, and exactly those that are not possible without them. */
export function rejectOperations(compiled: CompiledPatch, rejected: ReadonlySet<string>): Rejection {
  const left = leaveOut(compiled, rejected, new Trials());
  const causes = [...rejected].filter((id) => compiled.input.operations.some((each) => each.id === id));
  const becauseOf = (operationId: string): string => {
    const [only = ""] = causes;
    if (causes.length <= 1) return only;
    return causes.find((cause) => dependantsOf(compiled, cause).has(operationId)) ?? only;
  };
  return {
    compiled: compilePatch({ ...compiled.input, operations: left.operations }),
    gone: left.gone.map((operationId) => ({ operationId, becauseOf: becauseOf(operationId) })),
  };
}

/** By trying; nothing is tried for an operation that has nothing in common with any other. */
function dependantsOf(compiled: CompiledPatch, id: string): ReadonlySet<string> {
  const tried = TRIED.get(compiled) ?? { trials: new Trials(), dependants: new Map() };
  TRIED.set(compiled, tried);
  const dependants = tried.dependants.get(id) ?? findDependants(compiled, id, tried.trials);
  tried.dependants.set(id, dependants);
  return dependants;
}

interface Tried {
  readonly trials: Trials;
  readonly dependants: Map<string, ReadonlySet<string>>;
}

const TRIED = new WeakMap<CompiledPatch, Tried>();

function findDependants(compiled: CompiledPatch, id: string, trials: Trials): ReadonlySet<string> {
  if (footprintsOf(compiled).isAlone(id)) return new Set();
  if (!trials.areLeft) return referringTo(compiled, id);
  return new Set(leaveOut(compiled, new Set([id]), trials).gone);
}

/** Without trying: those that use what it creates, directly or by way of others. */
function referringTo(compiled: CompiledPatch, id: string): ReadonlySet<string> {
  const footprints = footprintsOf(compiled);
  const found = new Set([id]);
  for (const each of found) for (const user of footprints.usersOf(each)) found.add(user);
  found.delete(id);
  return found;
}

interface Left {
  readonly operations: readonly GraphOperation[];
  readonly gone: readonly string[];
}

function leaveOut(compiled: CompiledPatch, rejected: ReadonlySet<string>, trials: Trials): Left {
  const input: PatchInput = { ...compiled.input, withoutLayout: true };
  // What is wrong with the whole patch already is not for want of what was rejected.
  const faulty = new Set(errorsOf(compiled).map(({ operationId = "" }) => operationId));
  const gone = new Set<string>();
  const attempt = () => {
    const operations = input.operations.filter(({ id }) => !rejected.has(id) && !gone.has(id));
    const trial = trials.compile({ ...input, operations });
    const errors = errorsOf(trial).filter(({ operationId = "" }) => !faulty.has(operationId));
    return { operations, trial, errors };
  };
  for (;;) {
    const { operations, trial, errors } = attempt();
    const impossible = idsOf(errors.filter(isItsOwn));
    const going = impossible.length > 0 ? impossible : culprits(trial, errors, trials);
    if (going.length === 0) return { operations, gone: inOrder(compiled, gone) };
    for (const id of going) gone.add(id);
    if (impossible.length === 0 && trials.areLeft)
      for (const id of inOrder(compiled, gone)) takeBack(gone, id, () => attempt().errors.length === 0);
  }
}

/** What need not have gone, now that others have, stays. */
function takeBack(gone: Set<string>, id: string, isPossible: () => boolean): void {
  gone.delete(id);
  if (!isPossible()) gone.add(id);
}

const errorsOf = ({ problems }: CompiledPatch): Problem[] =>
  problems.filter(({ severity }) => severity === "error");

const idsOf = (errors: readonly Problem[]): string[] => errors.map(({ operationId = "" }) => operationId);

/** A problem with the operation as it is written, not with the model that comes of it. */
const isItsOwn = ({ path }: Problem): boolean => path !== undefined;

const inOrder = ({ input }: CompiledPatch, ids: ReadonlySet<string>): string[] =>
  input.operations.map(({ id }) => id).filter((id) => ids.has(id));

/**
 * The operation without which the first violation of a rule is gone, together with what then is impossible: where
 * several would do, the one that takes the fewest with it, and of these the last.
 */
function culprits(trial: CompiledPatch, violations: readonly Problem[], trials: Trials): string[] {
  const [violation] = violations;
  if (!violation) return [];
  let best: string[] | undefined;
  const candidates = footprintsOf(trial).touching(violation).toReversed();
  for (const candidate of candidates) {
    if (!trials.areLeft) break;
    const going = curedWithout(trial, candidate, violation, trials);
    if (going && (!best || going.length < best.length)) best = going;
    if (best?.length === 1) break;
  }
  return best ?? [candidates[0] ?? violation.operationId ?? ""].filter((id) => id !== "");
}

/** What goes with the candidate, if the violation goes too. */
function curedWithout(
  trial: CompiledPatch,
  candidate: string,
  violation: Problem,
  trials: Trials,
): string[] | undefined {
  const going = new Set([candidate]);
  for (;;) {
    const operations = trial.input.operations.filter(({ id }) => !going.has(id));
    const errors = errorsOf(trials.compile({ ...trial.input, operations }));
    const impossible = idsOf(errors.filter(isItsOwn)).filter((id) => !going.has(id));
    for (const id of impossible) going.add(id);
    if (impossible.length > 0) continue;
    return errors.some((other) => isSame(other, violation)) ? undefined : [...going];
  }
}

const isSame = (a: Problem, b: Problem): boolean => a.code === b.code && a.itemId === b.itemId;
