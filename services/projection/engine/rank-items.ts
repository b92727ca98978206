import { chainsOf } from "./chains.ts";
import {
  addedLine,
  changedLine,
  commitsLine,
  deltaLine,
  detailsLine,
  impactLine,
  leftOutLine,
  legend,
  metricsLine,
  notesLine,
  portsLine,
  removedLine,
  ruleLine,
  scenarioLine,
  violationLine,
  vocabularyLine,
} from "./lines.ts";
import { metricsOf } from "./metrics.ts";
import { byCodeUnits } from "./order.ts";
import type { Outlook } from "./outlook.ts";
import type { Item } from "./page.ts";
import { Plan } from "./plan.ts";
import { rankElements } from "./rank-elements.ts";
import { scenariosOf, type Scenario } from "./scenarios.ts";
import type { Problem } from "../../notation/problem.ts";

/** Everything that may be on the page, most wanted first; the first `needed` of them whatever happens. */
export interface Ranking {
  readonly items: readonly Item[];
  readonly needed: number;
  /** While one of the first so many is missing that is an element, none after them is there. */
  readonly first: number;
  readonly explain: readonly string[];
}

const SMALL_BUDGET = 250;
const TOKENS_PER_LEFT_OUT = 120;
const MOST_CHANGES = 500;
const MOST_VIOLATIONS = 300;

export function rankItems(outlook: Outlook): Ranking {
  const { input, index, grouping, focus, focusEdges } = outlook;
  const { tokenBudget, intent } = input.request;
  const plan = new Plan(grouping);
  for (const at of focus) plan.node(at);
  for (const at of focusEdges) plan.edge(at);
  const needed = plan.items.length;
  if (tokenBudget >= SMALL_BUDGET) plan.add(legend(index, input.view, intent === "modify"));
  plan.add(leftOutLine(Math.max(1, Math.floor(tokenBudget / TOKENS_PER_LEFT_OUT))));
  for (const at of focusEdges)
    for (const end of [index.edges[at]?.source ?? -1, index.edges[at]?.target ?? -1]) plan.node(end);
  if (outlook.delta && input.baseline) plan.add(deltaLine(input.baseline.version, outlook.delta));
  for (const at of outlook.focusTyped.toSorted(byScore(outlook.score))) plan.node(at);
  const first = plan.items.length;
  const explain = explained(outlook);
  RANK[intent](plan, outlook);
  addRest(plan, outlook);
  plan.add(commitsLine(input.commits), notesLine(explain));
  return { items: plan.items, needed, first, explain };
}

const byScore = (score: Float64Array) => (a: number, b: number) => (score[b] ?? 0) - (score[a] ?? 0) || a - b;

const RANK = { analyze, modify, validate, impact };

/** Turn and turn about: what stands out, a way through, and each type by its share. */
function analyze(plan: Plan, outlook: Outlook): void {
  const { input, index } = outlook;
  const { request } = input;
  addDelta(plan, outlook);
  if (request.metrics) plan.add(metricsLine(metricsOf(index)));
  const hotspots = request.hotspots
    ? outlook.hotspots.slice(0, mostHotspots(request.tokenBudget)).values()
    : [].values();
  const scenarios = request.scenarios ? waysOf(outlook).values() : [].values();
  const ranked = rankElements(outlook).values();
  for (let done = false; !done;) {
    done = true;
    for (const hotspot of hotspots.take(2)) {
      plan.hotspot(hotspot);
      done = false;
    }
    for (const scenario of scenarios.take(1)) {
      // Its steps come first where they leave room for others.
      if (scenario.path.length <= request.tokenBudget / 60) for (const at of scenario.path) plan.node(at);
      plan.add(scenarioLine(scenario));
      done = false;
    }
    for (const at of ranked.take(8)) {
      plan.nodeOrGroup(at);
      done = false;
    }
  }
  addRules(plan, outlook, request.rules);
}

/** The focus in detail, then what is around it, with what may be done there. */
function modify(plan: Plan, outlook: Outlook): void {
  const { input, index, distance, focus } = outlook;
  const { request } = input;
  addDelta(plan, outlook);
  for (const at of focus) {
    const details = detailsLine(index, at);
    if (details) plan.add(details);
  }
  const ranked = rankElements(outlook);
  for (const at of ranked) if (distance[at] === 1) plan.node(at);
  plan.add(portsLine(index));
  const most = Math.floor(request.tokenBudget / 60);
  plan.add(vocabularyLine("may add", input.elementTypes, most));
  plan.add(vocabularyLine("may connect by", input.relationTypes, most));
  // Without a focus the frame comes first: where something can be put.
  if (focus.length === 0) for (const at of ranked) if (index.children[at]?.length) plan.node(at);
  for (const at of ranked) plan.nodeOrGroup(at);
  addFacts(plan, outlook);
  addRules(plan, outlook, request.rules);
}

/** What is wrong, worst first, each with the elements that it is about. */
function validate(plan: Plan, outlook: Outlook): void {
  addDelta(plan, outlook);
  addRules(plan, outlook, outlook.input.request.rules);
  addFacts(plan, outlook);
  for (const at of rankElements(outlook)) plan.nodeOrGroup(at);
}

/** What is affected, nearest first; without a focus what most depends on. */
function impact(plan: Plan, outlook: Outlook): void {
  const { impacted, focus, focusEdges, score } = outlook;
  addDelta(plan, outlook);
  if (focus.length + focusEdges.length > 0) plan.add(impactLine(impacted));
  const nearest = impacted.toSorted(
    (a, b) => a.distance - b.distance || (score[b.at] ?? 0) - (score[a.at] ?? 0) || a.at - b.at,
  );
  const affected = new Set(nearest.map(({ at }) => at));
  const hotspots = outlook.hotspots.filter(({ at }) => affected.has(at)).slice(0, 20);
  for (const [i, { at }] of nearest.entries()) {
    plan.node(at);
    const hotspot = hotspots[Math.floor(i / 10)];
    if (outlook.input.request.hotspots && hotspot && i % 10 === 9) plan.hotspot(hotspot);
  }
  for (const at of rankElements(outlook)) plan.nodeOrGroup(at);
  addFacts(plan, outlook, false);
  addRules(plan, outlook, outlook.input.request.rules);
}

function mostHotspots(tokenBudget: number): number {
  return Math.min(60, 3 + Math.floor(tokenBudget / 200));
}

/** As many as the budget has room for. */
function waysOf({ grouping, index, input }: Outlook): Scenario[] {
  const most = 1 + Math.floor(input.request.tokenBudget / 500);
  return scenariosOf(index)
    .filter(({ path }) => path.some((at) => grouping.ofElement[at] !== -1))
    .slice(0, most);
}

/** What intents other than analyze have to say of the whole model. */
function addFacts(plan: Plan, outlook: Outlook, hotspots = true): void {
  const { input, index } = outlook;
  const { request } = input;
  if (request.metrics) plan.add(metricsLine(metricsOf(index)));
  if (request.hotspots && hotspots)
    for (const hotspot of outlook.hotspots.slice(0, mostHotspots(request.tokenBudget))) plan.hotspot(hotspot);
  if (request.scenarios) plan.add(...waysOf(outlook).map(scenarioLine));
}

const SEVERITIES: readonly Problem["severity"][] = ["error", "warning", "info"];

function addRules(plan: Plan, { input, index, grouping }: Outlook, wanted: boolean): void {
  if (!wanted) return;
  const count = new Map<string, number>();
  for (const { code } of input.violations) count.set(code, (count.get(code) ?? 0) + 1);
  const rules = new Map(input.rules.map((rule) => [rule.id, rule]));
  const worst = input.violations
    .filter(
      ({ itemId }) =>
        input.scope === undefined || grouping.ofElement[index.at.get(itemId ?? "") ?? -1] !== -1,
    )
    .toSorted(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || byCodeUnits(a.code, b.code),
    );
  const told = new Set<string>();
  for (const problem of worst.slice(0, MOST_VIOLATIONS)) {
    for (const id of [problem.itemId, ...(problem.relatedIds ?? []).slice(0, 4)])
      plan.node(index.at.get(id ?? "") ?? -1);
    const rule = rules.get(problem.code);
    if (rule && !told.has(rule.id)) plan.add(ruleLine(rule, count.get(rule.id) ?? 0));
    told.add(problem.code);
    plan.add(violationLine(problem));
  }
  for (const rule of input.rules)
    if (!told.has(rule.id) && rule.severity === "error") plan.add(ruleLine(rule, 0));
}

/** What is new or different first: that is why a baseline was given. */
function addDelta(plan: Plan, { delta, index }: Outlook): void {
  if (!delta) return;
  const kinds = [["element", delta.elements] as const, ["relation", delta.relations] as const];
  const changed = kinds.flatMap(([kind, items]) =>
    items.changed.map(({ from, to, fields }) => ({ id: to.id, line: changedLine(kind, from, to, fields) })),
  );
  const removed = kinds.flatMap(([kind, items]) =>
    items.removed.map(({ id, type, name }) => ({ id, line: removedLine(kind, id, type, name) })),
  );
  const added = kinds.flatMap(([kind, items]) =>
    items.added.map(({ id }) => ({ id, line: addedLine(kind, id) })),
  );
  for (const { id, line } of [...changed, ...removed, ...added].slice(0, MOST_CHANGES)) {
    plan.node(index.at.get(id) ?? -1);
    plan.add(line);
  }
}

/** What is left when everything of the intent is in: members of chains, then all relations and views by themselves. */
function addRest(plan: Plan, { index, grouping, input }: Outlook): void {
  plan.collapsed();
  for (const [at, { source, target }] of index.edges.entries()) {
    const canBeDrawn =
      grouping.ofElement[source] !== undefined && isNear(grouping, source) && isNear(grouping, target);
    if (!canBeDrawn && grouping.ofEdge[at] !== -1) plan.edge(at);
  }
  if (grouping.views > 0)
    plan.add(...[...input.graph.views.values()].map((view) => ({ kind: "view" as const, view })));
}

const isNear = ({ ofElement, groups }: Outlook["grouping"], at: number) => {
  const group = groups[ofElement[at] ?? -1];
  return group !== undefined && group.kind !== "far";
};

/** What is done so that it fits, for people and agents; the same whatever does fit in the end. */
function explained(outlook: Outlook): string[] {
  const { input, index, collapsed, grouping, focus, focusEdges } = outlook;
  const { request } = input;
  const explain: string[] = [];
  const minor = index.elements.filter((element) => index.facts.isMinor(element)).length;
  if (minor > 0) explain.push(`Annotations, members and the like come last (${minor}).`);
  const chains = collapsed.filter(({ kind }) => kind === "chain").length;
  if (chains > 0) explain.push(`Chains are told as one: ${chains} of ${chainsOf(index).length}.`);
  if (collapsed.length > chains) explain.push(`Cycles are told as one: ${collapsed.length - chains}.`);
  if (focus.length + focusEdges.length > 0)
    explain.push(
      request.maxDepth > 0
        ? `Nothing beyond ${request.maxDepth} relations from the focus is looked at.`
        : "What is nearest to the focus comes first.",
    );
  const types = grouping.groups.filter(({ kind }) => kind === "elements").length;
  if (types > 1) explain.push(`The rest is shared among ${types} types, the most important of each first.`);
  return explain;
}
