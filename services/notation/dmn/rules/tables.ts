import type { Element, Graph, Properties } from "../../graph.ts";
import { describe, elementRule, type Violation } from "../../make-rule.ts";
import { childrenIn } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";

interface Table {
  readonly owner: Element;
  readonly inputs: readonly Element[];
  readonly outputs: readonly Element[];
  readonly rules: readonly Element[];
}

/** Undefined when the element has no table. */
function tableOf(graph: Graph, owner: Element | undefined): Table | undefined {
  if (!owner) return undefined;
  const inside = childrenIn(graph, owner.id);
  const of = (type: string) => inside.filter((child) => child.type === type);
  const table = { owner, inputs: of("input"), outputs: of("output"), rules: of("rule") };
  const isTable = table.inputs.length + table.outputs.length + table.rules.length > 0;
  return isTable || owner.properties["hitPolicy"] !== undefined ? table : undefined;
}

const tableRule = (
  about: Pick<Rule, "id" | "severity" | "says">,
  check: (graph: Graph, table: Table) => Iterable<Violation>,
): Rule =>
  elementRule(about, function* (graph, element) {
    const table = tableOf(graph, element);
    if (table) yield* check(graph, table);
  });

const entriesOf = (properties: Properties, name: string): readonly unknown[] => {
  const entries = properties[name];
  return Array.isArray(entries) ? entries : [];
};

// Of the table, not of a rule: a new column concerns rules that nobody touched.
const ruleEntries = tableRule(
  {
    id: "dmn/rule-entries",
    severity: "error",
    says: "Each rule has one entry for each input and one for each output of its table.",
  },
  function* (graph, { owner, inputs, outputs, rules }) {
    for (const { id, properties } of rules)
      for (const [name, columns, what] of [
        ["inputEntries", inputs.length, "inputs"],
        ["outputEntries", outputs.length, "outputs"],
      ] as const) {
        const entries = entriesOf(properties, name).length;
        if (entries !== columns)
          yield {
            itemId: id,
            message: `${describe(graph, id)} has ${entries} ${name}, its table has ${columns} ${what}; set properties.${name} to as many.`,
            relatedIds: [owner.id],
          };
      }
  },
);

const hasOutput = tableRule(
  { id: "dmn/table-output", severity: "error", says: "A decision table has an output." },
  function* (graph, { owner, outputs }) {
    if (outputs.length === 0)
      yield { message: `The table of ${describe(graph, owner.id)} has no output; add one.` };
  },
);

const HIT_POLICIES = ["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"];
const AGGREGATIONS = ["SUM", "COUNT", "MIN", "MAX"];

const hitPolicy = tableRule(
  {
    id: "dmn/hit-policy",
    severity: "error",
    says: "The hit policy is one that DMN has; only COLLECT aggregates, and only a table with one output.",
  },
  function* (graph, { owner, outputs }) {
    const { hitPolicy: policy, aggregation } = owner.properties;
    const of = `of ${describe(graph, owner.id)}`;
    if (policy !== undefined && !HIT_POLICIES.includes(String(policy)))
      yield {
        message: `The hit policy ${of} is ${JSON.stringify(policy)}; it has to be ${HIT_POLICIES.join(", ")}.`,
      };
    if (aggregation === undefined) return;
    if (!AGGREGATIONS.includes(String(aggregation)))
      yield {
        message: `The aggregation ${of} is ${JSON.stringify(aggregation)}; it has to be ${AGGREGATIONS.join(", ")}.`,
      };
    else if (policy !== "COLLECT")
      yield { message: `The table ${of} aggregates, which needs the hit policy COLLECT.` };
    else if (outputs.length > 1)
      yield { message: `The table ${of} aggregates, but has ${outputs.length} outputs.` };
  },
);

const namedOutputs = tableRule(
  {
    id: "dmn/named-outputs",
    severity: "error",
    says: "With several outputs each has a name, and no two the same.",
  },
  function* (_graph, { outputs }) {
    if (outputs.length < 2) return;
    for (const output of outputs) {
      const same = outputs.filter((other) => other !== output && other.name === output.name);
      if (output.name === "" || same.length > 0)
        yield {
          message: `Output ${output.id} ${output.name === "" ? "has no name" : `has the name "${output.name}" of another one`}.`,
          relatedIds: [output.id, ...same.map(({ id }) => id)],
        };
    }
  },
);

const orderedOutputs = tableRule(
  {
    id: "dmn/priority-values",
    severity: "warning",
    says: "With PRIORITY or OUTPUT ORDER the outputs list their values, best first.",
  },
  function* (graph, { owner, outputs }) {
    const policy = owner.properties["hitPolicy"];
    if (policy !== "PRIORITY" && policy !== "OUTPUT ORDER") return;
    const without = outputs.filter(({ properties }) => !properties["outputValues"]);
    if (without.length > 0)
      yield {
        message: `${describe(graph, owner.id)} has the hit policy ${policy}, and outputs without output values.`,
        relatedIds: without.map(({ id }) => id),
      };
  },
);

const noTwinRules = tableRule(
  {
    id: "dmn/no-twin-rules",
    severity: "warning",
    says: "With UNIQUE no two rules have the same conditions; with ANY those have the same outputs.",
  },
  function* (_graph, { owner, rules }) {
    const policy = owner.properties["hitPolicy"] ?? "UNIQUE";
    if (policy !== "UNIQUE" && policy !== "ANY") return;
    const first = new Map<string, Element>();
    for (const rule of rules) {
      const [when, then] = ["inputEntries", "outputEntries"].map((name) =>
        cells(entriesOf(rule.properties, name)),
      );
      // Rules that nobody has filled in yet.
      if (isBlank(when)) continue;
      const other = first.get(when ?? "");
      if (!other) first.set(when ?? "", rule);
      else if (policy === "UNIQUE" || cells(entriesOf(other.properties, "outputEntries")) !== then)
        yield {
          message: `Rules ${other.id} and ${rule.id} have the same conditions, which the hit policy ${String(policy)} does not allow.`,
          relatedIds: [other.id, rule.id],
        };
    }
  },
);

/** As one text; "-" and nothing both mean any value. */
const cells = (entries: readonly unknown[]): string =>
  JSON.stringify(entries.map((entry) => String(entry).trim()).map((entry) => (entry === "-" ? "" : entry)));

const isBlank = (row: string | undefined): boolean => !/[^[\],"]/.test(row ?? "");

const inputExpression = elementRule(
  { id: "dmn/input-expression", severity: "warning", says: "An input says what is compared." },
  function* (graph, { id, type, properties }) {
    if (type === "input" && String(properties["expression"] ?? "").trim() === "")
      yield { message: `${describe(graph, id)} has no expression.` };
  },
);

const fullOutputs = elementRule(
  { id: "dmn/empty-output", severity: "warning", says: "A rule has a result." },
  function* (graph, { id, type, properties }) {
    const outputs = entriesOf(properties, "outputEntries");
    if (type === "rule" && outputs.length > 0 && outputs.every((entry) => String(entry).trim() === ""))
      yield { message: `${describe(graph, id)} has no output.` };
  },
);

export const TABLE_RULES: readonly Rule[] = [
  ruleEntries,
  hasOutput,
  hitPolicy,
  namedOutputs,
  orderedOutputs,
  noTwinRules,
  inputExpression,
  fullOutputs,
];
