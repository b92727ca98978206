import {
  PatchStatus,
  ReviewDecision,
  type GraphPatch,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { z } from "zod";
import { REPAIRS, type PatchOutcome, type ProposedChange } from "../../model-ports.ts";
import { defineTool, type ToolContext } from "../tool.ts";
import { compactOperation, graphOperation, OPERATION_FIELDS } from "./compact-operation.ts";
import { diagnosticLine } from "./diagnostic-line.ts";
import { artifactId, artifactIdOf } from "./modelled-artifact.ts";

const MOST_OPERATIONS = 100;
const MOST_PROBLEMS = 30;
/** A model that others change all the time makes one wait; giving up would leave the agent not knowing. */
const PATIENCE_MILLISECONDS = 120_000;

/** What a model is told of a patch. `problems` are what to repair before proposing again. */
const result = z.strictObject({
  status: z.enum(["applied", "rejected", "open", "invalid", "conflict", "nothing_to_do"]),
  patch_id: z.string().optional(),
  version: z.int().optional(),
  applied: z.array(z.string()).optional(),
  rejected: z.array(z.string()).optional(),
  comments: z.array(z.string()).optional(),
  problems: z.array(z.string()).optional(),
});
type PatchResult = z.infer<typeof result>;

const FIELDS_IN_WORDS = Object.entries(OPERATION_FIELDS)
  .map(([op, fields]) => `${op}: ${fields}`)
  .join("; ");

export const proposePatch = defineTool({
  name: "propose_patch",
  description: [
    "Proposes a change of the model as a few operations, which a person reviews; waits for the decision.",
    'References: an id, "@x" for what the operation with id x creates, or "name:Check stock".',
    "Status invalid or conflict: repair it by the problems and propose again.",
  ].join(" "),
  schema: z.strictObject({
    artifact_id: artifactId,
    title: z.string().trim().min(1).max(200).describe("what it is for, in a line"),
    operations: z.array(compactOperation).min(1).max(MOST_OPERATIONS).describe(FIELDS_IN_WORDS),
  }),
  result,
  timeoutMilliseconds: PATIENCE_MILLISECONDS,
  run: ({ artifact_id, title, operations }, context) =>
    proposeAndWait(context, async () => ({
      artifactId: await artifactIdOf(artifact_id, context),
      title,
      operations: operations.map(graphOperation),
    })),
});

export const repairModel = defineTool({
  name: "repair_model",
  description:
    "Proposes a patch that repairs what needs no thinking: label_unnamed, connect_disconnected, or add_default_flows; a person reviews it.",
  schema: z.strictObject({ artifact_id: artifactId, repair: z.enum(REPAIRS) }),
  result,
  timeoutMilliseconds: PATIENCE_MILLISECONDS,
  run: ({ artifact_id, repair }, context) =>
    proposeAndWait(context, async () => {
      const id = await artifactIdOf(artifact_id, context);
      const operations = await context.ports.models.repair(context.modeler, { artifactId: id, repair });
      return operations.length === 0
        ? undefined
        : { artifactId: id, title: REPAIR_TITLES[repair], operations };
    }),
});

const REPAIR_TITLES = {
  label_unnamed: "Label what has no name",
  connect_disconnected: "Connect what is disconnected",
  add_default_flows: "Add default flows to gateways",
} as const;

/**
 * Runs again with the answer: then the patch is there, and what was done to it meanwhile is read. Whoever has asked
 * takes the answer, whatever the tenant allows by then.
 */
async function proposeAndWait(
  context: ToolContext,
  makeUp: () => Promise<ProposedChange | undefined>,
): Promise<PatchResult> {
  const { ports, modeler, idempotencyKey, signal } = context;
  const proposal = await ports.models.propose(modeler, idempotencyKey, makeUp);
  if (!proposal) return { status: "nothing_to_do" };
  if (!proposal.ok) return { status: "invalid", problems: linesOf(proposal.diagnostics) };
  const { patch, summary, mayApplyAlone } = proposal;
  context.suggest({ patch, summary });
  if (patch.status === PatchStatus.APPLIED || patch.status === PatchStatus.REJECTED)
    return resultOf({ ok: true, patch });
  const decision = mayApplyAlone ? ALONE : decisionOf(patch, summary, context);
  signal.throwIfAborted();
  const { patchId } = patch;
  const outcome = await ports.models.decide(modeler, { patchId, ...decision }, `${idempotencyKey}/decision`);
  context.suggest({ patch: outcome.patch, summary });
  return resultOf(outcome);
}

const ALONE = { approved: true, comment: "", approver: undefined };

function decisionOf({ patchId, title }: GraphPatch, summary: readonly string[], context: ToolContext) {
  const prompt = [`Apply “${title}”?`, ...summary.map((line) => `- ${line}`)].join("\n");
  const { answer, userId } = context.ask({
    prompt,
    patchId,
    question: { case: "confirm", value: { requiredScope: "artifact.write" } },
  });
  const { approved, comment } = answer.case === "confirm" ? answer.value : { approved: false, comment: "" };
  return { approved, comment, approver: userId };
}

function resultOf(outcome: PatchOutcome): PatchResult {
  const { patch } = outcome;
  const { patchId: patch_id, status, reviews } = patch;
  const comments = reviews.flatMap(({ operationId, comment }) =>
    comment === "" ? [] : [`operation ${operationId}: ${comment}`],
  );
  const said = { patch_id, ...(comments.length > 0 && { comments }) };
  if (!outcome.ok) return { ...said, status: "conflict", problems: linesOf(outcome.diagnostics) };
  const rejected = reviews
    .filter(({ decision }) => decision === ReviewDecision.REJECTED)
    .map(({ operationId }) => operationId);
  if (status === PatchStatus.APPLIED) {
    const applied = patch.operations.map(({ id }) => id).filter((id) => !rejected.includes(id));
    const version = Number(patch.appliedVersion);
    return { ...said, status: "applied", version, applied, ...(rejected.length > 0 && { rejected }) };
  }
  return { ...said, status: status === PatchStatus.REJECTED ? "rejected" : "open" };
}

function linesOf(diagnostics: readonly Diagnostic[]): string[] {
  const lines = diagnostics.slice(0, MOST_PROBLEMS).map(diagnosticLine);
  const more = diagnostics.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
