import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture, ROOT } from "../run-command.ts";
import { breakingChanges } from "./breaking-changes.ts";

/** What was published last: where this branch left origin/main, else the parent commit. */
function baseCommit(): string | undefined {
  const head = commitOf(["rev-parse", "--verify", "--quiet", "HEAD"]);
  const forked = commitOf(["merge-base", "HEAD", "origin/main"]);
  if (forked !== undefined && forked !== head) return forked;
  return commitOf(["rev-parse", "--verify", "--quiet", "HEAD~1"]);
}

function commitOf(args: readonly string[]): string | undefined {
  const { ok, stdout } = capture("git", args);
  return ok ? stdout.trim() : undefined;
}

function checkAgainst(commit: string): boolean {
  const base = mkdtempSync(join(tmpdir(), "ameide-base-"));
  try {
    const archive = join(base, "base.tar");
    if (!capture("git", ["archive", "--output", archive, commit, "proto", "buf.yaml"]).ok) {
      console.log(`breaking changes: skipped, ${commit.slice(0, 9)} has no contracts`);
      return true;
    }
    const { ok, output } = capture("tar", ["-xf", archive, "-C", base]);
    if (!ok) throw new Error(`the contracts of ${commit} cannot be unpacked: ${output}`);
    const verdicts = breakingChanges(ROOT, base);
    for (const { module, says } of verdicts) console.log(`${module} since ${commit.slice(0, 9)}: ${says}`);
    return verdicts.every((verdict) => verdict.ok);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

const base = baseCommit();
if (base === undefined) console.log("breaking changes: skipped, this clone has no earlier commit");
else if (!checkAgainst(base)) process.exitCode = 1;
