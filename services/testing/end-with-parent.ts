import { spawn } from "node:child_process";
import type { Writable } from "node:stream";

/** Reads "+ pid" and "- pid"; at the end of its input, which is the end of this process, it kills what is left. */
const SCRIPT = `
  while read -r sign pid; do
    rest=; for one in $pids; do [ "$one" = "$pid" ] || rest="$rest $one"; done
    pids=$rest; [ "$sign" = - ] || pids="$pids $pid"
  done
  [ -z "$pids" ] || kill -KILL $pids`;

let told: Writable | undefined;

function watcher(): Writable {
  const shell = spawn("sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.unref();
  // A pipe to a child is a socket; it must not keep this process alive.
  if ("unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  shell.stdin.on("error", () => undefined);
  return shell.stdin;
}

/** Kills the process when this one is gone, however it went; until the returned function is called. */
export function endWithParent(pid: number): () => void {
  const watching = (told ??= watcher());
  watching.write(`+ ${pid}\n`);
  return () => void watching.write(`- ${pid}\n`);
}
