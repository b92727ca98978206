import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, show } from "../run-command.ts";
import { treeDifferences } from "./tree-differences.ts";

// `npm run generate` writes gen/; with --check it only says where gen/ differs from the contracts.

function generate(into: string): boolean {
  const templates = globSync("buf.gen*.yaml", { cwd: ROOT }).toSorted();
  return templates.every((template) => show("buf", ["generate", "--template", template, "--output", into]));
}

function check(): boolean {
  const fresh = mkdtempSync(join(tmpdir(), "ameide-gen-"));
  try {
    if (!generate(fresh)) return false;
    const differences = treeDifferences(join(fresh, "gen"), join(ROOT, "gen"));
    for (const difference of differences) console.error(`gen/${difference}`);
    console.log(differences.length === 0 ? "gen/ is what the contracts generate" : "run: npm run generate");
    return differences.length === 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const ok = process.argv.includes("--check") ? check() : generate(ROOT);
if (!ok) process.exitCode = 1;
