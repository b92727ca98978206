import { show } from "./run-command.ts";

// `npm run verify` stops at the first failure. With --keep-going the exit status is the number of failed steps.
const STEPS: readonly [title: string, npmScript: string][] = [
  ["format", "format:check"],
  ["lint: sizes, any, process.env, cycles", "lint"],
  ["lint: import rules, scopes", "lint:source"],
  ["contracts: lint", "proto:lint"],
  ["contracts: format", "proto:format:check"],
  ["contracts: breaking changes", "proto:breaking"],
  ["contracts: generated code", "generate:check"],
  ["types", "types"],
  ["tests", "test"],
];

const skipTests = process.argv.includes("--skip-tests");
const keepGoing = process.argv.includes("--keep-going");
const failed: string[] = [];

for (const [title, npmScript] of STEPS) {
  if (skipTests && npmScript === "test") continue;
  console.log(`\n— ${title} (npm run ${npmScript})`);
  if (show("npm", ["run", "--silent", npmScript])) continue;
  failed.push(npmScript);
  if (!keepGoing) break;
}

console.log(failed.length === 0 ? "\nverified" : `\nfailed: ${failed.join(", ")}`);
process.exitCode = failed.length;
