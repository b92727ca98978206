import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, matchesGlob, posix } from "node:path";
import { LAYERS, WORKSPACES, type Layer } from "./import-rules.ts";

export type ImportTarget =
  | { kind: "file"; path: string; exists: boolean }
  | { kind: "package"; name: string }
  | { kind: "builtin" };

const ENDINGS = ["", ".ts", ".tsx", ".js", ".d.ts", "/index.ts", "/index.tsx"];

export function importTarget(root: string, importer: string, specifier: string): ImportTarget {
  if (specifier.startsWith(".")) return fileTarget(root, posix.join(posix.dirname(importer), specifier));
  if (isBuiltin(specifier)) return { kind: "builtin" };
  const name = packageName(specifier);
  const folder = WORKSPACES[name];
  if (folder === undefined) return { kind: "package", name };
  // What a workspace exports under a subpath is the type checker's business; its folder decides the layer.
  return {
    kind: "file",
    path: posix.join(folder, specifier.slice(name.length + 1) || "index.ts"),
    exists: true,
  };
}

function fileTarget(root: string, specifier: string): ImportTarget {
  const base = specifier.replace(/\?.*$/, "");
  const path = ENDINGS.map((ending) => base + ending).find((candidate) => existsSync(join(root, candidate)));
  return { kind: "file", path: path ?? base, exists: path !== undefined };
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

export function matchesAny(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(path, pattern));
}

export function layerOf(path: string): Layer | undefined {
  return LAYERS.find((layer) => matchesAny(path, layer.files));
}

/** The slice a file belongs to; undefined outside slices. Its tests are outside too: they compose. */
export function sliceOf(path: string): string | undefined {
  return layerOf(path)?.name === "slice" ? path.split("/")[1] : undefined;
}
