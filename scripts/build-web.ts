import { existsSync, globSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "vite";
import { ROOT } from "./run-command.ts";

const WEB = join(ROOT, "web");
const BUILT = join(WEB, "dist/index.html");
const SOURCES = ["web/**/*", "sdk/ts/**/*", "gen/ts/public/**/*", "package-lock.json"];

function newestSource(): number {
  const skip = (path: string) => ["node_modules", "dist"].includes(basename(path));
  const times = globSync(SOURCES, { cwd: ROOT, exclude: skip }).map(
    (path) => statSync(join(ROOT, path)).mtimeMs,
  );
  return Math.max(...times);
}

const isFresh = () => existsSync(BUILT) && statSync(BUILT).mtimeMs >= newestSource();

if (!isFresh()) {
  console.log("building the web app …");
  await build({ root: WEB, logLevel: "warn" });
}
