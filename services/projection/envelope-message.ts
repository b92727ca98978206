import type {
  ProjectionEnvelopeSchema,
  ProjectionNodeSchema,
} from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import { ElisionKind as ElisionCode } from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import { ItemKind, Severity } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Problem } from "../notation/problem.ts";
import { diagnosticMessage } from "../notation/model-messages.ts";
import { indexOf, type GraphIndex } from "./engine/graph-index.ts";
import type { Content, ElisionKind, Projection, ProjectionInput, TypeCount } from "./engine/projection.ts";
import { shortened } from "./engine/write-words.ts";
import { CODE_OF_INTENT } from "./intents.ts";

type Envelope = MessageInitShape<typeof ProjectionEnvelopeSchema>;

const CODE_OF_ELISION: Record<ElisionKind, ElisionCode> = {
  chain: ElisionCode.CHAIN,
  cycle: ElisionCode.CYCLE,
  elements: ElisionCode.ELEMENTS,
  relations: ElisionCode.RELATIONS,
  far: ElisionCode.FAR,
  views: ElisionCode.VIEWS,
};

const CODE_OF_KIND: Record<TypeCount["kind"], ItemKind> = {
  element: ItemKind.ELEMENT,
  relation: ItemKind.RELATION,
  view: ItemKind.VIEW,
};

export const CODE_OF_SEVERITY: Record<Problem["severity"], Severity> = {
  error: Severity.ERROR,
  warning: Severity.WARNING,
  info: Severity.INFO,
};

export function envelopeMessage(
  artifactId: string,
  input: ProjectionInput,
  projection: Projection,
): Envelope {
  const { request, tokenizer, branch, version, view } = input;
  const index = indexOf(input.graph);
  return {
    envelopeId: view,
    meta: {
      system: "ameide",
      artifactId,
      branch,
      asOfVersion: BigInt(version),
      intent: CODE_OF_INTENT[request.intent],
      tokenizer: tokenizer.name,
      notation: input.graph.notation,
      name: shortened(input.graph.name, 1000),
      omittedFields: [...projection.omittedFields],
    },
    text: projection.text,
    tokenCount: projection.tokenCount,
    tokenBudget: request.tokenBudget,
    nodes: projection.nodes.map(({ at, ...shown }) => ({ ...nodeMessage(index, at), ...shown })),
    edges: projection.edges.flatMap((at) => edgeMessage(index, at)),
    elisions: elisionsOf(view, projection),
    ...contentsOf(index, projection.contents),
    ...(input.baseline && projection.delta && { delta: deltaOf(input.baseline.version, projection) }),
    evidence: {
      commits: projection.commits.map(({ version: made, patchId, author, time }) => ({
        version: BigInt(made),
        patchId,
        author,
        time: timestampFromDate(time),
      })),
      explain: [...projection.explain],
    },
  };
}

const idOf = (index: GraphIndex, at: number): string => index.elements[at]?.id ?? "";

function nodeMessage(index: GraphIndex, at: number): MessageInitShape<typeof ProjectionNodeSchema> {
  const { id = "", type = "", parent = "" } = index.elements[at] ?? {};
  return { id, type, parentId: parent };
}

function edgeMessage(index: GraphIndex, at: number) {
  const relation = index.edges[at]?.relation;
  if (!relation) return [];
  const { id, type, source, target, name } = relation;
  return [{ id, type, sourceId: source, targetId: target, name: shortened(name, 40) }];
}

function elisionsOf(view: string, { counts, groups }: Projection): Envelope["elisions"] {
  return {
    counts: counts.map(({ kind, type, total, included }) => ({
      kind: CODE_OF_KIND[kind],
      type,
      total,
      included,
      elided: total - included,
    })),
    groups: groups.map(({ handle, kind, type, count, sampleIds }) => ({
      handle: `${view}${handle}`,
      kind: CODE_OF_ELISION[kind],
      type,
      count,
      sampleIds: [...sampleIds],
    })),
  };
}

const allOf = <K extends Content["kind"]>(contents: readonly Content[], kind: K) =>
  contents.filter((content): content is Extract<Content, { kind: K }> => content.kind === kind);

function contentsOf(index: GraphIndex, contents: readonly Content[]) {
  const all = <K extends Content["kind"]>(kind: K) => allOf(contents, kind);
  return {
    scenarios: all("scenario").map(({ path, weight }, i) => ({
      id: `P${i + 1}`,
      label: [path[0] ?? -1, path.at(-1) ?? -1].map((at) => nameOf(index, at)).join(" to "),
      path: path.map((at) => idOf(index, at)),
      weight: Math.round(weight * 1000) / 1000,
    })),
    hotspots: all("hotspot").map(({ hotspot: { at, why, score } }) => ({
      id: idOf(index, at),
      why: why.map((reason) => ({ ...reason })),
      score: Math.round(score * 1000) / 1000,
    })),
    rules: all("rule").map(({ rule, violations }) => ({
      ...rule,
      severity: CODE_OF_SEVERITY[rule.severity],
      violations,
    })),
    violations: all("violation").map(({ problem }) => diagnosticMessage(problem)),
    metrics: all("metrics").flatMap(({ metrics }) => metrics.map((metric) => ({ ...metric }))),
    impacted: all("impact").map(({ at, distance, via, type }) => ({
      id: idOf(index, at),
      distance,
      viaId: idOf(index, via),
      viaType: type,
    })),
    freePorts: all("port").map(({ at, incoming, outgoing }) => ({ id: idOf(index, at), incoming, outgoing })),
  };
}

const nameOf = (index: GraphIndex, at: number): string => {
  const element = index.elements[at];
  return shortened(element?.name || (element?.id ?? ""), 80);
};

function deltaOf(baseline: number, { delta, contents }: Projection): Envelope["delta"] {
  const changes = allOf(contents, "change");
  const refs = (op: "added" | "removed") =>
    changes.flatMap(({ change }) =>
      change.op === op ? [{ kind: CODE_OF_KIND[change.kind], id: change.id }] : [],
    );
  const total = (of: "added" | "removed" | "changed") =>
    (delta?.elements[of].length ?? 0) + (delta?.relations[of].length ?? 0);
  return {
    baselineVersion: BigInt(baseline),
    added: refs("added"),
    removed: refs("removed"),
    changed: changes.flatMap(({ change: { op, kind, id, fields } }) =>
      op === "changed" ? [{ ref: { kind: CODE_OF_KIND[kind], id }, fields: [...fields] }] : [],
    ),
    totalAdded: total("added"),
    totalRemoved: total("removed"),
    totalChanged: total("changed"),
  };
}
