import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findNats } from "./nats-server.ts";
import { findPostgres } from "./postgres-server.ts";
import { findRedis } from "./redis-server.ts";

/** Things that a machine may lack. Tests that need one are skipped without it, unless it is required. */
export type Requirement = "postgres" | "redis" | "nats" | "chromium" | "corpus";

const CORPUS = join(import.meta.dirname, "../../../shared/data");
const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"];

const FIND: Record<Requirement, { find(): string | undefined; hint: string }> = {
  postgres: { find: findPostgres, hint: "PostgreSQL is not installed (apt-get install postgresql)" },
  redis: { find: findRedis, hint: "Redis is not installed (apt-get install redis-server)" },
  nats: { find: findNats, hint: "NATS is not installed (apt-get install nats-server)" },
  chromium: { find: findChromium, hint: "Chromium is not installed (apt-get install chromium)" },
  corpus: {
    find: () => (existsSync(CORPUS) ? CORPUS : undefined),
    hint: "the corpus of model files is not beside this repository (../shared/data)",
  },
};

const isRequirement = (name: string): name is Requirement => Object.hasOwn(FIND, name);

/** What `AMEIDE_TEST_REQUIRE` names, a list with commas: these must be there. */
function required(): readonly Requirement[] {
  const names = (process.env["AMEIDE_TEST_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  return names
    .filter((name) => name !== "")
    .map((name) => {
      if (isRequirement(name)) return name;
      throw new Error(`AMEIDE_TEST_REQUIRE: ${name} is none of ${Object.keys(FIND).join(", ")}`);
    });
}

/** Where the thing is; undefined when this machine lacks it. Throws when it is required. */
export function locate(requirement: Requirement): string | undefined {
  const { find, hint } = FIND[requirement];
  const path = find();
  if (path === undefined && required().includes(requirement)) {
    throw new Error(`AMEIDE_TEST_REQUIRE asks for ${requirement}, but ${hint}`);
  }
  return path;
}

/** Whether tests that need it can run; for `describe.skipIf(!available(…))`. */
export const available = (requirement: Requirement): boolean => locate(requirement) !== undefined;

/** What is missing, a line each. Throws when one of them is required. */
export const missing = (names: readonly Requirement[]): string[] =>
  names.filter((name) => !available(name)).map((name) => FIND[name].hint);

/** Says what is missing, a line each. Throws when one of them is required. */
export function reportMissing(names: readonly Requirement[], print: (line: string) => void): void {
  for (const hint of missing(names)) print(`skipped: ${hint}`);
}

function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders
    .flatMap((folder) => CHROMIUM_NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
