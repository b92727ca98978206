import type { GraphIndex } from "./graph-index.ts";
import type { GraphDelta } from "./graph-delta.ts";
import type { Impacted } from "./impact.ts";
import type { Metric } from "./metrics.ts";
import type { Item, LeftOut, Page } from "./page.ts";
import type { Commit, Content, RuleText, ShownChange } from "./projection.ts";
import type { Problem } from "../../notation/problem.ts";
import type { Scenario } from "./scenarios.ts";
import { idText, plural, quoted, shortened } from "./write-words.ts";

type Line = Extract<Item, { kind: "line" }>;

/** How to read the rest. */
export function legend(index: GraphIndex, view: string, modify: boolean): Line {
  const usual = index.facts.usualRelation;
  const arrow = usual === undefined ? "Type>n: relation to n" : `>n: ${usual} to n`;
  const ids = modify ? "; [id]: of the relation" : "";
  const text = `number type id "name" ${arrow}${ids}; in n: inside n; *: focus; +n: left out, expand ${view}+n`;
  return { kind: "line", section: "legend", write: () => text };
}

/** What of the groups without a line of their own is left out, the largest by name. */
export function leftOutLine(named: number): Line {
  const kindOf = ({ group }: LeftOut) =>
    group.kind === "relations" ? "relations" : group.kind === "views" ? "views" : "elements";
  const write = (page: Page): string => {
    const told = page.told;
    const rest = page.leftOut.filter(({ at }) => !told.has(at));
    let room = named;
    const parts = ["elements", "relations", "views"].flatMap((kind) => {
      const ofKind = rest.filter((left) => kindOf(left) === kind);
      // Elements take no more than leaves something for relations.
      const most = kind === "elements" ? Math.ceil(named * 0.6) : room;
      const shown = new Set(ofKind.toSorted((a, b) => b.count - a.count).slice(0, most));
      room -= shown.size;
      const others = ofKind.filter((left) => !shown.has(left)).reduce((sum, { count }) => sum + count, 0);
      const words = ofKind.filter((left) => shown.has(left)).map(leftOutWords);
      if (others > 0) words.push(plural(others, `other ${kind.slice(0, -1)}`));
      return words;
    });
    return parts.length === 0 ? "" : `left out: ${parts.join(", ")}`;
  };
  return { kind: "line", section: "leftOut", write };
}

function leftOutWords({ group, count, handle }: LeftOut): string {
  const { kind, type } = group;
  if (kind === "views") return `${plural(count, "view")} ${handle}`;
  const what = kind === "far" ? "farther away" : type === "" ? `in a ${kind}` : idText(type);
  return `${count} ${what} ${handle}`;
}

export function scenarioLine({ path, weight }: Scenario): Line {
  const write = (page: Page): string => {
    const words: string[] = [];
    let hidden = 0;
    for (const at of [...path, -1]) {
      if (at >= 0 && !page.isShown(at)) hidden++;
      else {
        if (hidden > 0) words.push(`…${hidden}`);
        hidden = 0;
        if (at >= 0) words.push(page.ref(at));
      }
    }
    return `path ${weight.toFixed(2)} ${words.join(">")}`;
  };
  return {
    kind: "line",
    section: "facts",
    write,
    contents: () => [{ kind: "scenario", path, weight }],
  };
}

export function metricsLine(metrics: readonly Metric[]): Line {
  const text = metrics.map(({ name, value }) => `${name} ${value}`).join(", ");
  return {
    kind: "line",
    section: "facts",
    write: () => `metrics: ${text}`,
    contents: () => [{ kind: "metrics", metrics }],
  };
}

export function ruleLine(rule: RuleText, violations: number): Line {
  const times = violations === 0 ? "" : ` (broken ${plural(violations, "time")})`;
  const text = `rule ${idText(rule.id)}${times}: ${shortened(rule.says, 200)}`;
  return {
    kind: "line",
    section: "rules",
    write: () => text,
    contents: () => [{ kind: "rule", rule, violations }],
  };
}

export function violationLine(problem: Problem): Line {
  const { severity, code, itemId, relatedIds = [], message } = problem;
  const ids = [...new Set([...(itemId === undefined ? [] : [itemId]), ...relatedIds])].slice(0, 6);
  return {
    kind: "line",
    section: "rules",
    write: (page) =>
      `${severity} ${idText(code)} ${ids.map((id) => page.refOfId(id)).join(",")}: ${shortened(message, 160)}`,
    contents: () => [{ kind: "violation", problem }],
  };
}

/** What the focus is, beyond its line. */
export function detailsLine(index: GraphIndex, at: number): Line | undefined {
  const element = index.elements[at];
  if (!element) return undefined;
  const { key, documentation, properties } = element;
  const words = [
    key === undefined ? "" : `key ${idText(key)}`,
    Object.keys(properties).length === 0 ? "" : shortened(JSON.stringify(properties), 400),
    quoted(documentation, 300),
  ].filter((word) => word !== "");
  if (words.length === 0) return undefined;
  return { kind: "line", section: "advice", write: (page) => `about ${page.ref(at)}: ${words.join(" ")}` };
}

const MOST_PORTS = 30;

/** Shown elements that expect a relation which is not there. */
export function portsLine(index: GraphIndex): Line {
  const portsOf = (page: Page) =>
    page.nodes
      .flatMap(({ at }) => {
        const element = index.elements[at];
        const expected = element ? index.facts.expects(element) : { incoming: false, outgoing: false };
        const incoming = expected.incoming && index.in[at]?.length === 0;
        const outgoing = expected.outgoing && index.out[at]?.length === 0;
        return incoming || outgoing ? [{ kind: "port" as const, at, incoming, outgoing }] : [];
      })
      .slice(0, MOST_PORTS);
  const write = (page: Page) => {
    const words = portsOf(page).map(
      ({ at, incoming, outgoing }) =>
        `${page.ref(at)} ${incoming ? "in" : ""}${incoming && outgoing ? "+" : ""}${outgoing ? "out" : ""}`,
    );
    return words.length === 0 ? "" : `free: ${words.join(", ")}`;
  };
  return { kind: "line", section: "advice", write, contents: portsOf };
}

/** What a patch may add and connect with. */
export function vocabularyLine(what: string, names: readonly string[], most: number): Line {
  const more = names.length > most ? `, ${names.length - most} more` : "";
  const text = names.length === 0 ? "" : `${what}: ${names.slice(0, most).join(", ")}${more}`;
  return { kind: "line", section: "advice", write: () => text };
}

export function impactLine(impacted: readonly Impacted[]): Line {
  const perDistance = new Map<number, number>();
  for (const { distance } of impacted) perDistance.set(distance, (perDistance.get(distance) ?? 0) + 1);
  const nearest = [...perDistance]
    .slice(0, 10)
    .map(([distance, count]) => `${count} at distance ${distance}`);
  const more = perDistance.size > 10 ? ", more beyond" : "";
  const text =
    impacted.length === 0 ? "affects nothing" : `affects ${impacted.length}: ${nearest.join(", ")}${more}`;
  const contents = (page: Page): Content[] =>
    impacted.flatMap((one) => (page.isShown(one.at) ? [{ kind: "impact", ...one }] : []));
  return { kind: "line", section: "changes", write: () => text, contents };
}

/** What has changed, in numbers. */
export function deltaLine(version: number, { elements, relations }: GraphDelta): Line {
  const counts = ({ added, removed, changed }: Counted) =>
    `+${added.length} -${removed.length} ~${changed.length}`;
  const text = `since version ${version}: elements ${counts(elements)}, relations ${counts(relations)}`;
  return { kind: "line", section: "changes", write: () => text };
}

type Counted = Record<"added" | "removed" | "changed", readonly unknown[]>;

export function addedLine(kind: ShownChange["kind"], id: string): Line {
  const change: ShownChange = { op: "added", kind, id, fields: [] };
  return changeLine(change, (page) => `new ${kind === "relation" ? "relation " : ""}${page.refOfId(id)}`);
}

export function removedLine(kind: ShownChange["kind"], id: string, type: string, name: string): Line {
  const words = ["gone", idText(id), idText(type), quoted(name, 60)].filter((word) => word !== "");
  return changeLine({ op: "removed", kind, id, fields: [] }, () => words.join(" "));
}

export function changedLine(
  kind: ShownChange["kind"],
  from: { id: string; name: string },
  to: { name: string },
  fields: readonly string[],
): Line {
  const told = fields.map((field) =>
    field === "name"
      ? `name ${quoted(from.name, 60) || '""'} to ${quoted(to.name, 60) || '""'}`
      : shortened(field, 60),
  );
  const change: ShownChange = { op: "changed", kind, id: from.id, fields };
  return changeLine(change, (page) => `changed ${page.refOfId(from.id)} ${told.join(", ")}`);
}

const changeLine = (change: ShownChange, write: (page: Page) => string): Line => ({
  kind: "line",
  section: "changes",
  write,
  contents: () => [{ kind: "change", change }],
});

export function commitsLine(commits: readonly Commit[]): Line {
  const words = commits.slice(0, 5).map(({ version, author }) => `${version} by ${shortened(author, 40)}`);
  return {
    kind: "line",
    section: "notes",
    write: () => (words.length === 0 ? "" : `last versions: ${words.join(", ")}`),
  };
}

export const notesLine = (explain: readonly string[]): Line => ({
  kind: "line",
  section: "notes",
  write: () => (explain.length === 0 ? "" : `note: ${explain.join(" ")}`),
});
