import type { ProjectionEnvelopeSchema } from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import {
  GetProjectionRequestSchema,
  type GetProjectionRequest,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import {
  ProjectionTokenSchema,
  type ProjectionToken,
} from "@ameide/proto-private/ameide/tokens/v1/projection_token_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { loadLine, loadModel, MAIN, type LoadedModel } from "../artifact/index.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { lineTokenizer } from "../platform/tokenizer/line-tokenizer.ts";
import { FocusTooLarge } from "./engine/fit-page.ts";
import { indexOf } from "./engine/graph-index.ts";
import { projectGraph } from "./engine/project-graph.ts";
import type { Projection, ProjectionInput } from "./engine/projection.ts";
import { envelopeMessage } from "./envelope-message.ts";
import { DEFAULT_BUDGET, inclusionsOf, intentOf, tokenizerNameOf } from "./intents.ts";
import { findingsOf, NO_FINDINGS } from "./model-findings.ts";
import type { ProjectionDeps } from "./projection-deps.ts";
import { recentCommits } from "./recent-commits.ts";
import { usualTypes } from "./usual-types.ts";
import { handleInvalid, openViewCode, parseHandle, viewCode } from "./view-code.ts";

/** A projection: what an agent reads, and the same for programs. */
export interface ProjectedModel {
  text: string;
  tokenCount: number;
  envelope: MessageInitShape<typeof ProjectionEnvelopeSchema>;
}

/** What a model looks like within so many tokens. Asks for no right: callers do. Throws what GetProjection does. */
export async function projectModel(
  deps: ProjectionDeps,
  tenantId: string,
  given: MessageInitShape<typeof GetProjectionRequestSchema>,
): Promise<ProjectedModel> {
  const request = create(GetProjectionRequestSchema, given);
  const { artifactId, branch } = request;
  const version = request.version === 0n ? {} : { version: Number(request.version) };
  const model = await loadModel(deps, tenantId, { artifactId, branch, ...version });
  const token = tokenOf(tenantId, model, request);
  const input = await inputOf(deps, tenantId, model, token);
  return projected(model, input, project(input));
}

/**
 * What a handle stands for, as of the version of the projection that it is of. Asks for no right: callers do. Throws
 * PROJECTION_HANDLE_INVALID and what loadModel throws.
 */
export async function expandHandle(
  deps: ProjectionDeps,
  tenantId: string,
  { artifactId, handle, tokenBudget = 0 }: { artifactId: string; handle: string; tokenBudget?: number },
): Promise<ProjectedModel> {
  // Whether there is the artifact at all comes before whether the handle is good.
  await loadLine(deps.database.reader(tenantId), { artifactId });
  const { code, steps } = parseHandle(handle);
  const token = openViewCode(tenantId, artifactId, code);
  if (!token || steps.length === 0) throw handleInvalid(handle);
  const ref = { artifactId, branch: token.branch, version: Number(token.version) };
  const model = await loadModel(deps, tenantId, ref);
  let input = await inputOf(deps, tenantId, model, token);
  let projection = project(input);
  for (const [i, step] of steps.entries()) {
    const group = projection.groups.find((known) => known.handle === step.handle);
    if (!group) throw handleInvalid(handle);
    const budget = (i === steps.length - 1 ? tokenBudget : step.tokenBudget) || DEFAULT_BUDGET;
    const request = { ...input.request, tokenBudget: budget, ...PART };
    const view = `${input.view}${step.handle}@${budget}`;
    input = { ...input, request, view, scope: group.scope, baseline: undefined };
    projection = project(input);
  }
  return projected(model, input, projection);
}

/** Of a part only what is in it is told: the rest was said of the whole. */
const PART = { metrics: false, rules: false, hotspots: false, scenarios: false };

const projected = (model: LoadedModel, input: ProjectionInput, projection: Projection): ProjectedModel => ({
  text: projection.text,
  tokenCount: projection.tokenCount,
  envelope: envelopeMessage(model.artifactId, input, projection),
});

function project(input: ProjectionInput): Projection {
  try {
    return projectGraph(input);
  } catch (error) {
    if (!(error instanceof FocusTooLarge)) throw error;
    const message = "what is in focus does not fit; ask for more tokens, or for less in focus";
    const metadata = { token_budget: String(input.request.tokenBudget), needed: String(error.needed) };
    throw new AppError("PROJECTION_FOCUS_TOO_LARGE", message, { metadata });
  }
}

/** What was asked for, by places in the model: all that it takes to make the projection again. */
function tokenOf(tenantId: string, model: LoadedModel, request: GetProjectionRequest): ProjectionToken {
  const { intent, tokenizer } = request;
  const branch = model.branch === MAIN ? "" : model.branch;
  return create(ProjectionTokenSchema, {
    version: BigInt(model.version),
    branch,
    intent,
    tokenBudget: request.tokenBudget,
    focus: request.focusIds.map((id) => placeOf(model, id)),
    focusTypes: request.focusTypes.map((type) => typeIn(model, type)),
    ...(request.options && { options: request.options }),
    baselineVersion: baselineOf(tenantId, model, request),
    tokenizer,
  });
}

function placeOf({ graph }: LoadedModel, id: string): number {
  const index = indexOf(graph);
  const element = index.at.get(id);
  if (element !== undefined) return element;
  if (!graph.relations.has(id)) throw focusUnknown(id);
  return index.elements.length + index.edges.findIndex(({ relation }) => relation.id === id);
}

function typeIn({ graph, kit }: LoadedModel, name: string): string {
  const known = kit.vocabulary.elementType(name)?.name;
  if (known !== undefined) return known;
  if (![...graph.elements.values()].some(({ type }) => type === name)) throw focusUnknown(name);
  return name;
}

const focusUnknown = (focus: string) =>
  new AppError("PROJECTION_FOCUS_UNKNOWN", "what is to be in focus is not in this version of the model", {
    metadata: { focus: focus.slice(0, 512) },
  });

function baselineOf(tenantId: string, model: LoadedModel, { baseline }: GetProjectionRequest): bigint {
  if (baseline.case === "baselineVersion") return baseline.value;
  if (baseline.case === undefined) return 0n;
  const { code } = parseHandle(baseline.value);
  const token = openViewCode(tenantId, model.artifactId, code);
  // Versions of another branch are other numbers.
  if (token && (token.branch || MAIN) === model.branch) return token.version;
  throw new AppError(
    "PROJECTION_BASELINE_INVALID",
    "the baseline is no projection of this branch of the artifact; leave it out",
  );
}

async function inputOf(
  deps: ProjectionDeps,
  tenantId: string,
  model: LoadedModel,
  token: ProjectionToken,
): Promise<ProjectionInput> {
  const { graph, branch, version, artifactId } = model;
  const intent = intentOf(token.intent);
  const inclusions = inclusionsOf(intent, token.options);
  const baselineVersion = Number(token.baselineVersion);
  return {
    graph,
    view: viewCode(tenantId, artifactId, token),
    branch,
    version,
    request: {
      intent,
      tokenBudget: token.tokenBudget || DEFAULT_BUDGET,
      focusIds: token.focus.map((place) => idAt(model, place)),
      focusTypes: token.focusTypes,
      ...inclusions,
    },
    tokenizer: await lineTokenizer(tokenizerNameOf(token.tokenizer)),
    commits: await recentCommits(deps, tenantId, model),
    ...(inclusions.rules ? await findingsOf(deps, tenantId, model) : NO_FINDINGS),
    ...(intent === "modify" ? usualTypes(model) : { elementTypes: [], relationTypes: [] }),
    baseline: baselineVersion === 0 ? undefined : await baselineGraph(deps, tenantId, model, baselineVersion),
  };
}

function idAt({ graph }: LoadedModel, place: number): string {
  const { elements, edges } = indexOf(graph);
  return elements[place]?.id ?? edges[place - elements.length]?.relation.id ?? "";
}

async function baselineGraph(
  deps: ProjectionDeps,
  tenantId: string,
  { artifactId, branch }: LoadedModel,
  version: number,
): Promise<NonNullable<ProjectionInput["baseline"]>> {
  const { graph } = await loadModel(deps, tenantId, { artifactId, branch, version });
  return { version, graph };
}
