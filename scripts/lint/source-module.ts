import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseSync, Visitor, type ESTree } from "vite";

export interface Reference {
  /** Undefined when the target is computed at run time. */
  specifier: string | undefined;
  line: number;
}

export interface SourceModule {
  /** Relative to the root, with forward slashes. */
  path: string;
  program: ESTree.Program;
  references: Reference[];
  lineAt(offset: number): number;
}

const SOURCES = "{gen/ts,services,sdk/ts,web,bench,scripts}/**/*.{ts,tsx,js,mjs}";
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "lint-fixtures"]);

export function sourceFiles(root: string): string[] {
  const skip = (path: string) => SKIPPED_FOLDERS.has(basename(path));
  return globSync([SOURCES, "*.config.ts"], { cwd: root, exclude: skip }).toSorted();
}

export function readModule(root: string, path: string): SourceModule {
  const text = readFileSync(join(root, path), "utf8");
  const { program, errors } = parseSync(path, text);
  const [problem] = errors;
  if (problem) throw new Error(`${path} does not parse: ${problem.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  return { path, program, references: referencesIn(program, lineAt), lineAt };
}

function referencesIn(program: ESTree.Program, lineAt: (offset: number) => number): Reference[] {
  const found: Reference[] = [];
  const add = (source: ESTree.Expression | null | undefined) => {
    if (source) found.push({ specifier: literalText(source), line: lineAt(source.start) });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
    CallExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "require")
        add(asExpression(node.arguments[0]));
    },
  }).visit(program);
  return found;
}

function asExpression(argument: ESTree.Argument | undefined): ESTree.Expression | undefined {
  return argument?.type === "SpreadElement" ? undefined : argument;
}

function literalText(node: ESTree.Expression): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined;
  }
  return undefined;
}
