import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";

/** On whose behalf an agent works on a model, and as what. */
export interface Modeler {
  tenantId: string;
  userId: string;
  agentId: string;
  agentVersion: string;
  /** "provider/model" that the agent speaks with. */
  model: string;
  runId: string;
  /** Empty when the run belongs to none. */
  chatId: string;
}

/** A modelled artifact. */
export interface ModelledArtifact {
  artifactId: string;
  title: string;
  kind: string;
}

export interface FoundElement {
  id: string;
  type: string;
  name: string;
  /** Empty for one that stands in the model itself. */
  parentId: string;
  /** Relations that lead to it and away from it. */
  incoming: readonly string[];
  outgoing: readonly string[];
}

/** What an agent wants to change. */
export interface ProposedChange {
  artifactId: string;
  title: string;
  operations: readonly GraphOperation[];
}

/** What came of a proposal. */
export type Proposal =
  /** `mayApplyAlone`: it was stored just now, and the tenant lets the agent apply it without a person. */
  | { ok: true; patch: GraphPatch; summary: readonly string[]; mayApplyAlone: boolean }
  | { ok: false; diagnostics: readonly Diagnostic[] };

/** What came of a decision on a patch. */
export type PatchOutcome =
  | { ok: true; patch: GraphPatch }
  /** It could not be applied: why, so that the proposal can be repaired. */
  | { ok: false; patch: GraphPatch; diagnostics: readonly Diagnostic[] };

/** Repairs that need no thinking. */
export const REPAIRS = ["label_unnamed", "connect_disconnected", "add_default_flows"] as const;
export type Repair = (typeof REPAIRS)[number];

/** What the modelling tools need of the rest of the program. Failures arrive as AppError. */
export interface ModelPorts {
  /** What the chat is about: the modelled artifact that was linked to it last. */
  artifactOfChat(modeler: Modeler): Promise<ModelledArtifact | undefined>;
  /** The model as a text of at most so many tokens. */
  understand(
    modeler: Modeler,
    request: { artifactId: string; intent: string; focus: readonly string[]; tokenBudget: number },
  ): Promise<string>;
  /** What a handle of such a text stands for. */
  expand(
    modeler: Modeler,
    request: { artifactId: string; handle: string; tokenBudget: number },
  ): Promise<string>;
  /** Elements by a part of their name, by id, or by type; best first. */
  find(
    modeler: Modeler,
    request: { artifactId: string; text: string; type: string },
  ): Promise<readonly FoundElement[]>;
  /** What is wrong with the model, worst first. */
  validate(modeler: Modeler, artifactId: string): Promise<readonly Diagnostic[]>;
  /** Operations that repair what can be repaired without thinking; none when there is nothing to do. */
  repair(modeler: Modeler, request: { artifactId: string; repair: Repair }): Promise<GraphOperation[]>;
  /**
   * The patch of this key as it stands now. Only when there is none yet, what to propose is made up and, unless it is
   * invalid, stored. Undefined when there is nothing to propose.
   */
  propose(
    modeler: Modeler,
    idempotencyKey: string,
    makeUp: () => Promise<ProposedChange | undefined>,
  ): Promise<Proposal | undefined>;
  /**
   * Decides on what nobody has decided yet of a patch that this run has proposed, and applies what is approved; once
   * per key. `approver` is the user who said so; undefined: the tenant lets the agent do so by itself.
   */
  decide(
    modeler: Modeler,
    decision: { patchId: string; approved: boolean; comment: string; approver: string | undefined },
    idempotencyKey: string,
  ): Promise<PatchOutcome>;
}
