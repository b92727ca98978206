import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Change, ItemRef } from "../../notation/change.ts";
import type { Graph, Value } from "../../notation/graph.ts";
import type { NotationKit, Rule } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";

/** What a patch is compiled from. */
export interface PatchInput {
  readonly kit: NotationKit;
  /** The model as it is before the patch. */
  readonly graph: Graph;
  readonly operations: readonly GraphOperation[];
  /** Ids of new items follow from it and from the operation's id: the patch's own id, always the same for it. */
  readonly seed: string;
  /** Rules of the tenant, beside those of the notation. */
  readonly extraRules?: readonly Rule[];
  /** For what the server makes itself: reverts and merges. */
  readonly allowRawChanges?: boolean;
  /** Items whose rules are checked although the patch does not touch them: those that others have just changed. */
  readonly alsoCheck?: ReadonlySet<string>;
  /** Draws nothing by itself: to find out whether a patch is possible. */
  readonly withoutLayout?: boolean;
}

/** What a patch is to a model. */
export interface CompiledPatch {
  readonly input: PatchInput;
  /** No problem of severity "error": `changes` may be applied to `input.graph`. */
  readonly ok: boolean;
  /** All there are; of rules only those violations that the patch brings. */
  readonly problems: readonly Problem[];
  /** What the patch comes to, each field and item at most once. Of a patch that is not ok: what is possible of it. */
  readonly changes: readonly Change[];
  /** For each change the operation that makes it. */
  readonly origins: readonly string[];
  /** One for each operation, in order. */
  readonly effects: readonly OperationEffect[];
  /** The model after `changes`. */
  readonly graph: Graph;
  /** What operations create, by what `created_by` calls it: "<operation id>" or "<operation id>.<node id>". */
  readonly created: ReadonlyMap<string, readonly ItemRef[]>;
  /** How many items its selectors and conditions looked at. */
  readonly visited: number;
  /** What the patch was decided upon. */
  readonly reads: readonly Read[];
  /** What it changes. */
  readonly writes: readonly Write[];
}

export interface OperationEffect {
  readonly operationId: string;
  readonly added: readonly ItemRef[];
  readonly removed: readonly ItemRef[];
  readonly changed: readonly ItemRef[];
  readonly layoutOnly: boolean;
}

/** Something that an operation has looked at. */
export type Read =
  /** What a selector found. */
  | {
      readonly kind: "selection";
      readonly operationId: string;
      readonly path: string;
      readonly ids: readonly string[];
    }
  /** The value of a field; undefined: it had none. */
  | {
      readonly kind: "field";
      readonly operationId: string;
      readonly ref: ItemRef;
      readonly field: string;
      readonly value: Value | undefined;
    };

export interface Write {
  readonly operationId: string;
  readonly ref: ItemRef;
  /** None: the item itself comes or goes, or gets another place. */
  readonly field?: string;
}

/** An operation, and those without which it is not possible. */
export interface Dependency {
  readonly operationId: string;
  readonly dependsOn: readonly string[];
}

/** Where others and the patch want different things. */
export interface Conflict {
  /** Empty in merges, which have no operations of their own. */
  readonly operationId: string;
  readonly ref: ItemRef;
  /** None: the item as a whole. */
  readonly field?: string;
  readonly base: Value | undefined;
  readonly theirs: Value | undefined;
  readonly yours: Value | undefined;
  /** It was read and not written. */
  readonly readOnly: boolean;
}
