import { countTypes } from "./grouping.ts";
import { fitPage } from "./fit-page.ts";
import { lookAt, type Outlook } from "./outlook.ts";
import type { Frame, LeftOut, Page } from "./page.ts";
import type { ElidedGroup, Projection, ProjectionInput, Scope } from "./projection.ts";
import { rankItems } from "./rank-items.ts";

const SAMPLES = 3;

/**
 * What a reader gets to see of a graph within a number of tokens. Pure: the same input gives the same bytes. Throws
 * FocusTooLarge where the budget has no room for what was to be seen whatever happens.
 */
export function projectGraph(input: ProjectionInput): Projection {
  const outlook = lookAt(input);
  const { index, grouping, score, focus, impacted } = outlook;
  const frame: Frame = {
    input,
    index,
    grouping,
    score,
    focus: new Set(focus),
    impacted: input.request.intent === "impact" ? new Map(impacted.map((one) => [one.at, one])) : undefined,
    named: namedRelations(outlook),
  };
  const ranking = rankItems(outlook);
  const { page, tokens } = fitPage(frame, ranking);
  const shown = new Set(page.nodes.flatMap(({ at }) => index.elements[at]?.id ?? []));
  return {
    text: page.lines.map((line) => `${line}\n`).join(""),
    tokenCount: tokens,
    nodes: page.nodes,
    edges: [...page.shownEdges].toSorted((a, b) => a - b),
    views: page.views,
    counts: countTypes(index, grouping, {
      isElement: (at) => page.isShown(at),
      isEdge: (at) => page.shownEdges.has(at),
      views: page.views.length,
    }),
    groups: page.leftOut.map((left) => elidedGroup(page, left)),
    contents: page.contents,
    delta: outlook.delta,
    commits: input.commits.filter(({ touched }) => [...touched].some((id) => shown.has(id))).slice(0, 10),
    explain: ranking.explain,
    omittedFields: [
      ...(page.level.names === 0 ? ["names"] : []),
      ...(page.level.relations ? [] : ["relations"]),
    ],
  };
}

/** With intent modify the relations of the focus, which a patch may have to name. */
function namedRelations({ input, index, focus }: Outlook): Set<number> {
  if (input.request.intent !== "modify") return new Set();
  return new Set(focus.flatMap((at) => [...(index.out[at] ?? []), ...(index.in[at] ?? [])]));
}

function elidedGroup(page: Page, { group, handle, count }: LeftOut): ElidedGroup {
  const { index, score } = page.frame;
  const { kind, type, members } = group;
  if (kind === "views") return { handle, kind, type, count, sampleIds: [], scope: { kind: "views" } };
  if (kind === "relations") {
    const hidden = members.filter((at) => !page.shownEdges.has(at));
    const sampleIds = hidden.slice(0, SAMPLES).map((at) => index.edges[at]?.relation.id ?? "");
    return { handle, kind, type, count, sampleIds, scope: { kind, members: new Set(hidden) } };
  }
  const hidden = members.filter((at) => !page.isShown(at));
  const ends = [hidden[0] ?? -1, hidden.at(-1) ?? -1];
  const samples =
    kind === "chain"
      ? [...new Set(ends)]
      : hidden.toSorted((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || a - b).slice(0, SAMPLES);
  const scope: Scope = { kind: "elements", members: new Set(hidden) };
  return { handle, kind, type, count, sampleIds: samples.map((at) => index.elements[at]?.id ?? ""), scope };
}
