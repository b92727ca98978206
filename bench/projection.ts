import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { NOTATIONS, type Graph, type Notation } from "../services/notation/graph.ts";
import { lineTokenizer } from "../services/platform/tokenizer/line-tokenizer.ts";
import { projectGraph } from "../services/projection/engine/project-graph.ts";
import { INTENTS, type Intent, type ProjectionInput } from "../services/projection/engine/projection.ts";
import { generateModel } from "../services/testing/model-graphs.ts";
import { alternate, quantile, timed } from "./harness/rounds.ts";

const ROUNDS = 15;
const SHAPES = [
  { elements: 2000, tokenBudget: 4000 },
  { elements: 10_000, tokenBudget: 4000 },
  { elements: 10_000, tokenBudget: 32_000 },
];
const UNLIMITED = 100_000_000;

/**
 * A projection of a model that is loaded, as of a version that nobody has looked at yet, against counting the tokens of
 * the whole model once: what one has to do at least who cuts a text to fit.
 */
export async function projection() {
  const tokenizer = await lineTokenizer("o200k_base");
  const cases = [];
  for (const shape of SHAPES)
    for (const notation of NOTATIONS) cases.push(await measure(tokenizer, notation, shape));
  const usual = cases.filter(({ elements }) => elements === 2000);
  return {
    milliseconds: Math.max(...usual.map(({ newVersion }) => newVersion.p50)),
    cpuMilliseconds: Math.max(...usual.map(({ newVersion }) => newVersion.cpuP50)),
    unit: "ms for 4,000 tokens of 2,000 elements, the slowest notation's P50",
    cases,
    rounds: ROUNDS,
    target: 50,
  };
}

type Shape = (typeof SHAPES)[number];

async function measure(
  tokenizer: ProjectionInput["tokenizer"],
  notation: Notation,
  { elements, tokenBudget }: Shape,
) {
  const graph = generateModel(notation, elements);
  const inputOf = (of: Graph, intent: Intent, budget = tokenBudget) =>
    engineInput(tokenizer, of, intent, budget, [...graph.elements.keys()][elements >> 1] ?? "");
  const whole = projectGraph(inputOf(graph, "analyze", UNLIMITED));
  const { nodes, tokenCount } = projectGraph(inputOf(graph, "analyze"));
  const fresh: Spent[] = [];
  const again: Spent[] = [];
  let turn = 0;
  const compared = await alternate(
    ROUNDS,
    () => {
      const intent = INTENTS[turn++ % INTENTS.length] ?? "analyze";
      // Another object is another version: nothing of it is remembered.
      const version = { ...graph };
      return timed(process.pid, 1, async () => {
        fresh.push(spentOn(() => projectGraph(inputOf(version, intent))));
        again.push(spentOn(() => projectGraph(inputOf(version, intent))));
      });
    },
    () => timed(process.pid, 1, async () => countTokens(whole.text)),
  );
  return {
    notation,
    elements,
    tokenBudget,
    tokens: tokenCount,
    shown: nodes.length,
    wholeTokens: whole.tokenCount,
    newVersion: summary(fresh),
    knownVersion: summary(again),
    countingAll: Math.round(1000 / compared.bare),
  };
}

function engineInput(
  tokenizer: ProjectionInput["tokenizer"],
  graph: Graph,
  intent: Intent,
  tokenBudget: number,
  focus: string,
): ProjectionInput {
  const analyzes = intent === "analyze";
  const focusIds = intent === "modify" || intent === "impact" ? [focus] : [];
  const inclusions = {
    metrics: analyzes,
    rules: false,
    hotspots: analyzes,
    scenarios: analyzes,
    maxDepth: 0,
  };
  return {
    graph,
    view: "AbCdEfGhIjKl",
    branch: "main",
    version: 2,
    request: { intent, tokenBudget, focusIds, focusTypes: [], ...inclusions },
    tokenizer,
    commits: [],
    rules: [],
    violations: [],
    elementTypes: [],
    relationTypes: [],
  };
}

interface Spent {
  readonly time: number;
  /** What it costs the process: busy neighbours hardly change it. */
  readonly cpu: number;
}

function spentOn(work: () => unknown): Spent {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(cpu);
  return { time: performance.now() - start, cpu: (user + system) / 1000 };
}

/** Without the first turn, which only warms up. */
function summary(all: readonly Spent[]) {
  const of = (what: keyof Spent, q: number) =>
    Math.round(
      quantile(
        all.slice(1).map((spent) => spent[what]),
        q,
      ) * 10,
    ) / 10;
  return { p50: of("time", 0.5), p95: of("time", 0.95), cpuP50: of("cpu", 0.5) };
}
