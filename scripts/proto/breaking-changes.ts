import { globSync } from "node:fs";
import { join } from "node:path";
import { capture } from "../run-command.ts";

export interface ModuleVerdict {
  module: string;
  ok: boolean;
  says: string;
}

/** Compares the contracts below two folders module by module, so that a new module breaks nothing. */
export function breakingChanges(current: string, base: string): ModuleVerdict[] {
  return ["proto/public", "proto/private"].map((module) => {
    if (globSync("**/*.proto", { cwd: join(base, module) }).length === 0) {
      return { module, ok: true, says: "nothing to compare with" };
    }
    const { ok, output } = capture("buf", ["breaking", module, "--against", join(base, module)], current);
    return { module, ok, says: ok ? "no breaking change" : output.trimEnd() };
  });
}
