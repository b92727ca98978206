import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run-command.ts";
import { missingPlatformPackages, type Lockfile } from "./platform-packages.ts";

// A registry that lacks the packages of other platforms makes npm drop them; this lists them again.
// Run after every `npm install` of a package.
const path = join(ROOT, "package-lock.json");
const lockfile = JSON.parse(readFileSync(path, "utf8")) as Lockfile;
const missing = missingPlatformPackages(lockfile);
const packages = Object.entries({ ...lockfile.packages, ...missing }).toSorted(([a], [b]) =>
  a.localeCompare(b, "en"),
);
writeFileSync(path, JSON.stringify({ ...lockfile, packages: Object.fromEntries(packages) }, null, 2) + "\n");
console.log(`package-lock.json: ${Object.keys(missing).length} platform packages added`);
