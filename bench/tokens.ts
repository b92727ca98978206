import { GraphOperationSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { compilePatch, uiCommandsOf, type CompiledPatch } from "../services/graphpatch/compile/index.ts";
import { bpmnKit } from "../services/notation/bpmn/bpmn-kit.ts";
import type { Graph } from "../services/notation/graph.ts";
import { countTokens } from "../services/platform/tokenizer/count-tokens.ts";
import { generateModel } from "../services/testing/model-graphs.ts";
import { asAgentsWrite } from "./tokens/as-agents-write.ts";
import { EDITS, Process } from "./tokens/edits.ts";

const MADE = [60, 80, 100, 150, 200, 300, 400, 600, 800, 1000];
const REAL = fileURLToPath(new URL("../../shared/data/bpmn", import.meta.url));

interface Model {
  readonly name: string;
  readonly graph: Graph;
  readonly fileTokens: number;
}

interface Figure {
  readonly asked: string;
  readonly patch: number;
  readonly commands: number;
  readonly file: number;
}

/**
 * Tokens (o200k_base) that an agent writes for an edit: as a patch, as the editor commands that do the same, and as the
 * whole file. Twenty edits on ten models, made ones and, where they lie beside the checkout, real ones.
 */
export async function tokens() {
  const made = figuresOn(madeModels());
  const real = existsSync(REAL) ? figuresOn(realModels()) : undefined;
  const all = [made, ...(real ? [real] : [])];
  return {
    share: Math.min(...all.map(({ fewerThanCommands }) => fewerThanCommands)),
    unit: "share of tokens saved",
    made,
    ...(real ? { real } : { skipped: "real models: there is no ../shared/data/bpmn" }),
    target: { fewerThanCommands: 0.7, fewerThanFile: 0.95 },
  };
}

function figuresOn(models: readonly Model[]) {
  const figures = models.flatMap(figuresOf);
  const [patch, commands, file] = (["patch", "commands", "file"] as const).map((what) =>
    figures.reduce((sum, figure) => sum + figure[what], 0),
  ) as [number, number, number];
  const byEdit = [...Map.groupBy(figures, ({ asked }) => asked)].map(([asked, each]) => ({
    asked,
    models: each.length,
    patch: mean(each.map((figure) => figure.patch)),
    commands: mean(each.map((figure) => figure.commands)),
  }));
  return {
    models: models.length,
    edits: figures.length,
    of: models.length * EDITS.length,
    patch,
    commands,
    file,
    fewerThanCommands: saved(patch, commands),
    fewerThanFile: saved(patch, file),
    byEdit,
  };
}

const saved = (patch: number, other: number): number => Math.round((1 - patch / other) * 10_000) / 10_000;
const mean = (values: readonly number[]): number =>
  Math.round(values.reduce((a, b) => a + b, 0) / values.length);

function figuresOf({ graph, fileTokens }: Model): Figure[] {
  const model = new Process(graph);
  return EDITS.flatMap(({ asked, operations }) => {
    const meant = operations(model);
    const written = meant && asAgentsWrite(graph, meant);
    const compiled = written && compile(graph, written);
    // An edit that the model has nothing for, or that its rules forbid, says nothing about tokens.
    if (!compiled?.ok || compiled.changes.length === 0) return [];
    const commands = uiCommandsOf(compiled).map(({ command, context }) => ({ command, context }));
    if (commands.length === 0) return [];
    return [
      {
        asked,
        patch: countTokens(JSON.stringify({ operations: written })),
        commands: countTokens(JSON.stringify({ commands })),
        file: fileTokens,
      },
    ];
  });
}

function compile(graph: Graph, written: readonly JsonObject[]): CompiledPatch {
  const operations = written.map((operation) => fromJson(GraphOperationSchema, operation));
  return compilePatch({ kit: bpmnKit, graph, operations, seed: "tokens" });
}

function madeModels(): Model[] {
  return MADE.map((size, i) => {
    const file = bpmnKit.codec.write(generateModel("bpmn", size, i + 1));
    return modelOf(`made of ${size}`, file);
  });
}

/** The ten that have the most in them, so that most edits find what they need. */
function realModels(): Model[] {
  const models = globSync("**/*.bpmn", { cwd: REAL })
    .toSorted()
    .flatMap((path) => {
      try {
        return [{ path, ...bpmnKit.codec.read(readFileSync(`${REAL}/${path}`)) }];
      } catch {
        return [];
      }
    });
  return models
    .toSorted((a, b) => b.graph.elements.size - a.graph.elements.size)
    .slice(0, 10)
    .map(({ path }) => modelOf(basename(path), readFileSync(`${REAL}/${path}`)));
}

function modelOf(name: string, file: Uint8Array): Model {
  const { graph } = bpmnKit.codec.read(file);
  return { name, graph, fileTokens: countTokens(new TextDecoder().decode(file)) };
}
