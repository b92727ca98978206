import type { ESTree } from "vite";
import { sliceOf } from "./import-target.ts";
import type { SourceModule } from "./source-module.ts";
import type { Violation } from "./violation.ts";

type Callable = ESTree.Function | ESTree.ArrowFunctionExpression;

/** A verb, an exported (deps, actor: Actor, …) of a slice, authorises before anything else. */
export function scopeFirst(module: SourceModule): Violation[] {
  if (sliceOf(module.path) === undefined) return [];
  return module.program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) return [];
    return exportedFunctions(statement.declaration)
      .filter(({ callable }) => isVerb(callable) && !requiresScope(callable))
      .map(({ name, callable }) => ({
        path: module.path,
        line: module.lineAt(callable.start),
        rule: "scope-first",
        message: `${name} must begin with requireScope(actor, …)`,
      }));
  });
}

function exportedFunctions(declaration: ESTree.Declaration): { name: string; callable: Callable }[] {
  if (declaration.type === "FunctionDeclaration") {
    return [{ name: declaration.id?.name ?? "the function", callable: declaration }];
  }
  if (declaration.type !== "VariableDeclaration") return [];
  return declaration.declarations.flatMap(({ id, init }) => {
    if (init?.type !== "ArrowFunctionExpression" && init?.type !== "FunctionExpression") return [];
    return [{ name: id.type === "Identifier" ? id.name : "the function", callable: init }];
  });
}

function isVerb({ params: [first, second] }: Callable): boolean {
  const takesDeps =
    first?.type === "ObjectPattern" || (first?.type === "Identifier" && first.name === "deps");
  return takesDeps && second?.type === "Identifier" && typeName(second.typeAnnotation) === "Actor";
}

function typeName(annotation: ESTree.TSTypeAnnotation | null | undefined): string | undefined {
  const type = annotation?.typeAnnotation;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier"
    ? type.typeName.name
    : undefined;
}

function requiresScope({ body, params }: Callable): boolean {
  const actor = params[1];
  if (body?.type !== "BlockStatement" || actor?.type !== "Identifier") return false;
  const [first] = body.body;
  if (first?.type !== "ExpressionStatement" || first.expression.type !== "CallExpression") return false;
  const { callee, arguments: given } = first.expression;
  const [who] = given;
  return (
    callee.type === "Identifier" &&
    callee.name === "requireScope" &&
    who?.type === "Identifier" &&
    who.name === actor.name
  );
}
