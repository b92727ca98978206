import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone when this process ends, however it ends. */
export function inTempFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "ameide-bench-"));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  return { path, remove };
}
