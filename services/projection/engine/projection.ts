import type { Graph, View } from "../../notation/graph.ts";
import type { Problem } from "../../notation/problem.ts";
import type { LineTokenizer } from "../../platform/tokenizer/line-tokenizer.ts";
import type { GraphDelta } from "./graph-delta.ts";
import type { Hotspot, HotspotReason } from "./hotspots.ts";
import type { Metric } from "./metrics.ts";

export const INTENTS = ["analyze", "modify", "validate", "impact"] as const;
export type Intent = (typeof INTENTS)[number];

/** What is asked of the engine; everything is decided, nothing has a default any more. */
export interface ProjectionRequest {
  readonly intent: Intent;
  readonly tokenBudget: number;
  readonly focusIds: readonly string[];
  readonly focusTypes: readonly string[];
  /** 0: no limit. */
  readonly maxDepth: number;
  readonly metrics: boolean;
  readonly rules: boolean;
  readonly hotspots: boolean;
  readonly scenarios: boolean;
}

/** A commit that changed the model lately, newest first in lists. */
export interface Commit {
  readonly version: number;
  readonly patchId: string;
  readonly author: string;
  readonly time: Date;
  /** Ids of the elements and relations that it changed. */
  readonly touched: ReadonlySet<string>;
}

/** A rule, as far as readers need it. */
export interface RuleText {
  readonly id: string;
  readonly severity: Problem["severity"];
  readonly says: string;
}

/** Only these elements or relations, or the views, of the graph: what a handle stands for. */
export type Scope =
  | { readonly kind: "elements"; readonly members: ReadonlySet<number> }
  | { readonly kind: "relations"; readonly members: ReadonlySet<number> }
  | { readonly kind: "views" };

/** All that a projection is made of. */
export interface ProjectionInput {
  readonly graph: Graph;
  /** What handles begin with: "<view>+3". */
  readonly view: string;
  readonly branch: string;
  readonly version: number;
  readonly request: ProjectionRequest;
  readonly tokenizer: LineTokenizer;
  readonly commits: readonly Commit[];
  readonly rules: readonly RuleText[];
  readonly violations: readonly Problem[];
  /** Names of types that may be added, most usual first. */
  readonly elementTypes: readonly string[];
  readonly relationTypes: readonly string[];
  readonly baseline?: { readonly version: number; readonly graph: Graph } | undefined;
  readonly scope?: Scope | undefined;
}

export type ElisionKind = "chain" | "cycle" | "elements" | "far" | "relations" | "views";

/** Some of what was left out. */
export interface ElidedGroup {
  /** As in the text: "+3". */
  readonly handle: string;
  readonly kind: ElisionKind;
  readonly type: string;
  readonly count: number;
  readonly sampleIds: readonly string[];
  /** What it stands for. */
  readonly scope: Scope;
}

export interface TypeCount {
  readonly kind: "element" | "relation" | "view";
  readonly type: string;
  readonly total: number;
  readonly included: number;
}

export interface ShownNode {
  readonly at: number;
  readonly number: number;
  readonly name: string;
  readonly score: number;
}

/** What came out: the text, and the same for programs. Positions are those of the graph's index. */
export interface Projection {
  readonly text: string;
  readonly tokenCount: number;
  readonly nodes: readonly ShownNode[];
  /** Positions of the relations. */
  readonly edges: readonly number[];
  readonly views: readonly View[];
  readonly counts: readonly TypeCount[];
  readonly groups: readonly ElidedGroup[];
  readonly contents: readonly Content[];
  readonly delta: GraphDelta | undefined;
  readonly commits: readonly Commit[];
  readonly explain: readonly string[];
  readonly omittedFields: readonly string[];
}

/** What a line of the text says, for programs. */
export type Content =
  | { readonly kind: "hotspot"; readonly hotspot: Hotspot }
  | { readonly kind: "scenario"; readonly path: readonly number[]; readonly weight: number }
  | { readonly kind: "rule"; readonly rule: RuleText; readonly violations: number }
  | { readonly kind: "violation"; readonly problem: Problem }
  | { readonly kind: "metrics"; readonly metrics: readonly Metric[] }
  | { readonly kind: "change"; readonly change: ShownChange }
  | {
      readonly kind: "impact";
      readonly at: number;
      readonly distance: number;
      readonly via: number;
      readonly type: string;
    }
  | { readonly kind: "port"; readonly at: number; readonly incoming: boolean; readonly outgoing: boolean };

export interface ShownChange {
  readonly op: "added" | "removed" | "changed";
  readonly kind: "element" | "relation";
  readonly id: string;
  readonly fields: readonly string[];
}

export type { HotspotReason };
