import { applyChanges } from "../apply-changes.ts";
import type { Change } from "../change.ts";
import { diffGraphs } from "../diff-graphs.ts";
import type { Element, Graph } from "../graph.ts";
import type { Codec, ReadModel } from "../notation.ts";
import { UnreadableModel } from "../problem.ts";
import { describeChange } from "./describe-change.ts";
import type { CorpusCheck, CorpusFault, ModelReport } from "./model-report.ts";
import { sameFile } from "./same-file.ts";
import type { Schemas } from "./schemas.ts";
import { rootNamespaceOf, treeOf } from "./tree-of.ts";
import { xmlDifferences } from "./xml-differences.ts";

/** More say nothing new. */
const MOST_FAULTS = 5;

export interface CorpusTools {
  readonly schemas: Schemas;
  /** In milliseconds. */
  readonly now: () => number;
}

/** Tries everything that a file must stand. Whatever goes wrong becomes a fault: nothing is thrown. */
export function checkModel(file: Uint8Array, codec: Codec, tools: CorpusTools): ModelReport {
  const started = tools.now();
  const base = { ...NOTHING, notation: codec.notation, bytes: file.length };
  let model: ReadModel;
  try {
    model = codec.read(file);
  } catch (error) {
    const readMs = tools.now() - started;
    if (error instanceof UnreadableModel) return { ...base, readMs, refused: error.problem };
    return { ...base, readMs, faults: [crash("import", error)] };
  }
  const { graph, problems } = model;
  const counts = { elements: graph.elements.size, relations: graph.relations.size, views: graph.views.size };
  const check = new ModelCheck(file, codec, model, tools);
  const readMs = tools.now() - started;
  return { ...base, problems, ...counts, readMs, ...check.run() };
}

const NOTHING = {
  faults: [],
  problems: [],
  elements: 0,
  relations: 0,
  views: 0,
  schema: "unknown",
  invalidBecause: [],
  sameBy: "bytes",
  readMs: 0,
  writeMs: 0,
} as const satisfies Partial<ModelReport>;

type Outcome = Pick<ModelReport, "faults" | "schema" | "invalidBecause" | "sameBy" | "renamed" | "writeMs">;

class ModelCheck {
  readonly #file: Uint8Array;
  readonly #codec: Codec;
  readonly #model: ReadModel;
  readonly #tools: CorpusTools;
  readonly #faults: CorpusFault[] = [];

  constructor(file: Uint8Array, codec: Codec, model: ReadModel, tools: CorpusTools) {
    this.#file = file;
    this.#codec = codec;
    this.#model = model;
    this.#tools = tools;
  }

  run(): Outcome {
    const { graph, source } = this.#model;
    const started = this.#tools.now();
    // A copy: whoever compares by identity would not look at anything.
    const written = this.#try("no-op export", () => this.#codec.write(structuredClone(graph), source));
    const writeMs = this.#tools.now() - started;
    const sameBy = written && this.#try("no-op export", () => this.#compare(written));
    if (written) this.#try("round trip", () => this.#readsAs(written, graph, "round trip"));
    const schema = this.#try("schema", () => this.#validate(written)) ?? {
      schema: "unknown",
      invalidBecause: [],
    };
    const renamed = this.#try("edit", () => this.#rename(schema.schema === "valid"));
    return {
      ...schema,
      faults: this.#faults,
      sameBy: sameBy ?? "bytes",
      writeMs,
      ...(renamed !== undefined && { renamed }),
    };
  }

  #try<T>(check: CorpusCheck, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#faults.push(crash(check, error));
      return undefined;
    }
  }

  #fault(fault: CorpusFault): void {
    if (this.#faults.filter(({ check }) => check === fault.check).length < MOST_FAULTS)
      this.#faults.push(fault);
  }

  #compare(written: Uint8Array): ModelReport["sameBy"] {
    const { same, by } = sameFile(this.#file, written);
    if (same) return by;
    const [before, after] = [treeOf(this.#file), treeOf(written)];
    const differences = before && after ? [...xmlDifferences(before, after)] : [];
    for (const { line, element, what, from, to } of differences) {
      this.#fault({
        check: "no-op export",
        line,
        element,
        reason: `${what}: ${quote(from)} became ${quote(to)}`,
      });
    }
    if (differences.length === 0) this.#fault({ check: "no-op export", reason: "the file is not the same" });
    return by;
  }

  #readsAs(written: Uint8Array, graph: Graph, check: CorpusCheck): void {
    const changes = diffGraphs(graph, this.#codec.read(written).graph);
    for (const change of changes) this.#fault({ check, ...describeChange(change) });
  }

  #validate(written: Uint8Array | undefined): Pick<ModelReport, "schema" | "invalidBecause"> {
    const { schemas } = this.#tools;
    const namespace = rootNamespaceOf(this.#file);
    const unknown = { schema: "unknown", invalidBecause: [] } as const;
    if (namespace === undefined || !schemas.has(namespace)) return unknown;
    const before = schemas.faults(this.#file, namespace);
    if (before === undefined) return unknown;
    const known = new Set(before.map(({ message }) => message));
    for (const { line, message } of (written && schemas.faults(written, namespace)) ?? []) {
      if (!known.has(message)) this.#fault({ check: "schema", line, reason: message });
    }
    const invalidBecause = before
      .slice(0, MOST_FAULTS)
      .map(({ line, message }) => `line ${line}: ${message}`);
    return { schema: before.length === 0 ? "valid" : "was invalid before", invalidBecause };
  }

  /** Changes one label, and looks whether it is the only thing that changed. */
  #rename(isValid: boolean): string | undefined {
    const { graph, source } = this.#model;
    const named = graph.elements.values().find(({ name }) => name.trim() !== "");
    if (named === undefined) return undefined;
    const changed = applyChanges(graph, [renaming(named)]);
    const written = this.#codec.write(changed, source);
    this.#readsAs(written, changed, "edit");
    const [before, after] = [treeOf(this.#file), treeOf(written)];
    const differences = before && after ? [...xmlDifferences(before, after)] : undefined;
    // DMN writes a label twice: as the name of the decision and of the variable that holds what was decided.
    const others = differences?.filter(
      ({ from, to }) => from === undefined || to !== renamed(from, named.name),
    );
    if (differences && others && (others.length > 0 || differences.length === 0)) {
      const all = others.map(({ line, what }) => `${what} (line ${line})`).slice(0, MOST_FAULTS);
      const reason =
        others.length === 0
          ? "a rename changed nothing in the file"
          : `a rename changed something else: ${all.join(", ")}`;
      this.#fault({ check: "edit", element: named.id, reason });
    }
    const namespace = rootNamespaceOf(written);
    if (!isValid || namespace === undefined) return named.id;
    for (const { line, message } of this.#tools.schemas.faults(written, namespace) ?? []) {
      this.#fault({ check: "schema", line, reason: `after a rename: ${message}` });
    }
    return named.id;
  }
}

const renamed = (text: string, name: string): string => text.replace(name, () => `${name} (renamed)`);

const renaming = ({ id, name }: Element): Change => ({
  op: "set",
  ref: { kind: "element", id },
  field: "name",
  from: name,
  to: renamed(name, name),
});

const quote = (text: string | undefined): string =>
  text === undefined ? "nothing" : JSON.stringify(text.slice(0, 80));

function crash(check: CorpusCheck, error: unknown): CorpusFault {
  const words =
    error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 3).join(" ") : String(error);
  return { check, reason: `crashed: ${words.replaceAll(/\s+/g, " ").slice(0, 400)}` };
}
