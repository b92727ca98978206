import type { View } from "../../notation/graph.ts";
import type { GraphIndex } from "./graph-index.ts";
import { type Group, type Grouping } from "./grouping.ts";
import type { Impacted } from "./impact.ts";
import { byCodeUnits } from "./order.ts";
import type { Content, ElisionKind, ProjectionInput, ShownNode } from "./projection.ts";
import { idText, plural, quoted, shortened } from "./write-words.ts";

/** How much room names get. Where the focus would not fit otherwise, everything goes without. */
export interface Level {
  readonly title: number;
  readonly names: number;
  readonly relations: boolean;
}

export const LEVELS: readonly Level[] = [
  { title: 60, names: 80, relations: true },
  { title: 0, names: 24, relations: true },
  { title: 0, names: 0, relations: false },
];

/** Where a line stands; the elements come after "changes". */
export const SECTIONS = [
  "legend",
  "changes",
  "elements",
  "leftOut",
  "rules",
  "facts",
  "advice",
  "notes",
] as const;
export type Section = (typeof SECTIONS)[number];

/** One thing that may be on the page, as the plan ranks them. */
export type Item =
  | { readonly kind: "node"; readonly at: number }
  /** A relation on a line of its own: in focus, or one of its ends is no element that could be shown. */
  | { readonly kind: "edge"; readonly at: number }
  | { readonly kind: "view"; readonly view: View }
  /** A line for a chain or a cycle, whatever of it is not shown. */
  | { readonly kind: "group"; readonly group: number }
  | {
      readonly kind: "line";
      readonly section: Section;
      /** Empty: there is nothing to say. */
      readonly write: (page: Page) => string;
      readonly contents?: (page: Page) => readonly Content[];
    };

/** What all pages of a projection have in common. */
export interface Frame {
  readonly input: ProjectionInput;
  readonly index: GraphIndex;
  readonly grouping: Grouping;
  readonly score: Float64Array;
  readonly focus: ReadonlySet<number>;
  /** With intent impact: how the effect reaches each element; they are told of by distance then. */
  readonly impacted: ReadonlyMap<number, Impacted> | undefined;
  /** Relations whose ids are told. */
  readonly named: ReadonlySet<number>;
}

/** What of a group is left out. */
export interface LeftOut {
  readonly group: Group;
  readonly at: number;
  readonly handle: string;
  readonly count: number;
}

const KINDS: readonly ElisionKind[] = ["chain", "cycle", "far", "elements", "relations", "views"];

/** Elements that stand together; the head may be empty. */
interface Block {
  readonly head: () => string;
  readonly members: readonly number[];
}

/** A text under construction: some of the items, laid out. */
export class Page {
  readonly frame: Frame;
  readonly level: Level;
  readonly #numbers = new Map<number, number>();
  readonly #blocks: readonly Block[];
  readonly #items: readonly Item[];
  /** Of the elements' lines and of the others. */
  readonly shownEdges: ReadonlySet<number>;
  readonly leftOut: readonly LeftOut[];
  readonly #lines: readonly string[];

  constructor(frame: Frame, items: readonly Item[], level: Level) {
    this.frame = frame;
    this.level = level;
    this.#items = items;
    const nodes = new Set(items.flatMap((item) => (item.kind === "node" ? [item.at] : [])));
    this.#blocks = frame.impacted ? this.#byDistance(nodes, frame.impacted) : this.#byContainer(nodes);
    for (const { members } of this.#blocks)
      for (const at of members) this.#numbers.set(at, this.#numbers.size + 1);
    this.shownEdges = new Set([
      ...this.#drawnEdges(),
      ...items.flatMap((i) => (i.kind === "edge" ? [i.at] : [])),
    ]);
    this.leftOut = this.#countLeftOut();
    this.#lines = this.#write();
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get views(): View[] {
    return this.#items.flatMap((item) => (item.kind === "view" ? [item.view] : []));
  }

  get contents(): Content[] {
    return this.#items.flatMap((item) => (item.kind === "line" ? (item.contents?.(this) ?? []) : []));
  }

  get nodes(): ShownNode[] {
    const { index, score } = this.frame;
    return [...this.#numbers].map(([at, number]) => {
      const name = shortened(index.elements[at]?.name ?? "", this.level.names);
      return { at, number, name, score: Math.round((score[at] ?? 0) * 1000) / 1000 };
    });
  }

  /** Groups that have a line of their own. */
  get told(): ReadonlySet<number> {
    return new Set(this.#items.flatMap((item) => (item.kind === "group" ? [item.group] : [])));
  }

  isShown(at: number): boolean {
    return this.#numbers.has(at);
  }

  /** An element by its number on the page, or by its id where it is not there. */
  ref(at: number): string {
    const number = this.#numbers.get(at);
    return number === undefined ? idText(this.frame.index.elements[at]?.id ?? "") : String(number);
  }

  /** An element or relation by its id, as short as possible. */
  refOfId(id: string): string {
    const at = this.frame.index.at.get(id);
    return at === undefined ? idText(id) : this.ref(at);
  }

  quoted(text: string, limit = this.level.names): string {
    return quoted(text, limit);
  }

  #byContainer(nodes: ReadonlySet<number>): Block[] {
    const { index } = this.frame;
    const sections = new Map<number, number[]>();
    for (const at of [...nodes].toSorted((a, b) => a - b)) {
      let container = index.parent[at] ?? -1;
      while (container >= 0 && !nodes.has(container)) container = index.parent[container] ?? -1;
      const known = sections.get(container);
      if (known) known.push(at);
      else sections.set(container, [at]);
    }
    const blocks: Block[] = [];
    const open = [-1];
    // Containers in the order in which their own lines stand.
    for (const container of open) {
      const members = sections.get(container) ?? [];
      const head = () => (container < 0 ? "" : `in ${this.ref(container)}:`);
      if (members.length > 0) blocks.push({ head, members });
      for (const at of members) if (sections.has(at)) open.push(at);
    }
    return blocks;
  }

  #byDistance(nodes: ReadonlySet<number>, impacted: ReadonlyMap<number, Impacted>): Block[] {
    const sections = new Map<number, number[]>();
    for (const at of [...nodes].toSorted((a, b) => a - b)) {
      const key = this.frame.focus.has(at) ? 0 : (impacted.get(at)?.distance ?? Number.MAX_SAFE_INTEGER);
      sections.set(key, [...(sections.get(key) ?? []), at]);
    }
    const head = (key: number) =>
      key === 0 ? "" : key === Number.MAX_SAFE_INTEGER ? "not affected:" : `affected at distance ${key}:`;
    return [...sections]
      .toSorted(([a], [b]) => a - b)
      .map(([key, members]) => ({ head: () => head(key), members }));
  }

  /** Relations between elements that are shown, in the lines of these. */
  *#drawnEdges(): Generator<number> {
    if (!this.level.relations) return;
    const { index, grouping } = this.frame;
    for (const at of this.#numbers.keys())
      for (const edge of index.out[at] ?? [])
        if (grouping.ofEdge[edge] !== -1 && this.#numbers.has(index.edges[edge]?.target ?? -1)) yield edge;
  }

  #countLeftOut(): LeftOut[] {
    const { groups, ofElement, ofEdge, views } = this.frame.grouping;
    const left = groups.map(({ kind, members }) => (kind === "views" ? views : members.length));
    const take = (group: number | undefined) => {
      if (group !== undefined && group >= 0) left[group] = (left[group] ?? 0) - 1;
    };
    for (const at of this.#numbers.keys()) take(ofElement[at]);
    for (const at of this.shownEdges) take(ofEdge[at]);
    for (const _ of this.views) take(groups.length - 1);
    return groups
      .map((group, at) => ({ group, at, count: left[at] ?? 0, handle: "" }))
      .filter(({ count }) => count > 0)
      .toSorted(
        (a, b) =>
          KINDS.indexOf(a.group.kind) - KINDS.indexOf(b.group.kind) ||
          b.count - a.count ||
          byCodeUnits(a.group.type, b.group.type) ||
          a.at - b.at,
      )
      .map((some, i) => ({ ...some, handle: `+${i + 1}` }));
  }

  #write(): string[] {
    const lines = [this.#header()];
    for (const section of SECTIONS) {
      if (section === "elements") lines.push(...this.#elementLines());
      for (const item of this.#items)
        if (item.kind === "line" && item.section === section) lines.push(item.write(this));
    }
    return lines.filter((line) => line !== "");
  }

  #header(): string {
    const { input, index, grouping } = this.frame;
    const { branch, version, request, scope } = input;
    const title = quoted(index.graph.name, this.level.title);
    const counts = [
      `${this.#numbers.size} of ${plural(grouping.elements, "element")}`,
      `${this.shownEdges.size} of ${plural(grouping.edges, "relation")}`,
    ];
    const what = [index.graph.notation, title, `${shortened(branch, 40)}@${version}`, request.intent];
    const words = what.filter((word) => word !== "").join(" ");
    return `${words}${scope ? ", a part" : ""}: ${counts.join(", ")}`;
  }

  *#elementLines(): Generator<string> {
    for (const { head, members } of this.#blocks) {
      yield head();
      for (const at of members) yield this.#elementLine(at);
    }
    const told = this.told;
    for (const left of this.leftOut) if (told.has(left.at)) yield this.#groupLine(left);
    for (const item of this.#items) {
      if (item.kind === "edge") yield this.#edgeLine(item.at);
      if (item.kind === "view") yield `view ${idText(item.view.id)} ${this.quoted(item.view.name)}`.trimEnd();
    }
  }

  #elementLine(at: number): string {
    const { index, focus, impacted } = this.frame;
    const element = index.elements[at];
    if (!element) return "";
    const words = [
      `${this.#numbers.get(at)}${focus.has(at) ? "*" : ""}`,
      idText(element.type),
      idText(element.id),
      this.quoted(element.name),
      element.lifecycle && element.lifecycle !== "current" ? element.lifecycle : "",
    ];
    if (this.level.relations) {
      for (const { word, id, always } of index.facts.refersTo(element)) {
        const other = index.at.get(id);
        if (always || (other !== undefined && this.isShown(other))) words.push(`${word} ${this.refOfId(id)}`);
      }
      const impact = impacted?.get(at);
      if (impact && impact.distance > 1) words.push(`by ${this.ref(impact.via)}`);
      words.push(...this.#relationWords(at));
    }
    return words.filter((word) => word !== "").join(" ");
  }

  /** ">4,5" and "Serving>7", a word for each type. */
  #relationWords(at: number): string[] {
    const { index, named } = this.frame;
    const ends = new Map<string, string[]>();
    for (const position of index.out[at] ?? []) {
      const edge = index.edges[position];
      if (!edge || !this.shownEdges.has(position) || !this.isShown(edge.target)) continue;
      const { id, type, name } = edge.relation;
      const end = `${this.ref(edge.target)}${named.has(position) ? `[${idText(id)}]` : ""}${this.quoted(name, 40)}`;
      ends.set(type, [...(ends.get(type) ?? []), end]);
    }
    return [...ends].map(
      ([type, list]) => `${type === index.facts.usualRelation ? "" : idText(type)}>${list.join(",")}`,
    );
  }

  #edgeLine(at: number): string {
    const relation = this.frame.index.edges[at]?.relation;
    if (!relation) return "";
    const { type, id, source, target, name } = relation;
    const words = [
      idText(type),
      idText(id),
      this.quoted(name),
      this.refOfId(source),
      ">",
      this.refOfId(target),
    ];
    return words.filter((word) => word !== "").join(" ");
  }

  #groupLine({ group, handle, count }: LeftOut): string {
    const { index } = this.frame;
    const hidden = group.members.filter((at) => !this.isShown(at));
    const [first, last] = [hidden[0] ?? -1, hidden.at(-1) ?? -1];
    if (group.kind === "cycle") {
      const top = hidden.reduce(
        (a, b) => ((this.frame.score[b] ?? 0) > (this.frame.score[a] ?? 0) ? b : a),
        first,
      );
      return `${handle} cycle of ${count} with ${this.quoted(index.elements[top]?.name ?? "")}`.trimEnd();
    }
    const before = index.edges[index.in[first]?.[0] ?? -1]?.source ?? -1;
    const after = index.edges[index.out[last]?.[0] ?? -1]?.target ?? -1;
    const words = [`${handle} chain of ${count}`];
    if (this.isShown(before)) words.push(`from ${this.ref(before)}`);
    if (this.isShown(after)) words.push(`to ${this.ref(after)}`);
    const names = [first, last].map((end) => this.quoted(index.elements[end]?.name ?? "", 40));
    return `${words.join(" ")}: ${names.join(" … ")}`.replace(/[: …]+$/, "");
  }
}
