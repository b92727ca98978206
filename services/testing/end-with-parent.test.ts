import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const MODULE = fileURLToPath(new URL("./end-with-parent.ts", import.meta.url));
/** Starts two sleepers, lets go of the second, and tells their numbers. */
const PARENT = `
  const { spawn } = await import("node:child_process");
  const { endWithParent } = await import(${JSON.stringify(MODULE)});
  const options = { detached: true, stdio: "ignore" };
  const [kept, freed] = [1, 2].map(() => spawn("sleep", ["30"], options));
  endWithParent(kept.pid);
  endWithParent(freed.pid)();
  console.log(kept.pid, freed.pid);
  setInterval(() => undefined, 1000);`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("a process ends with its parent, also when that is killed; one that was let go does not", async () => {
  const parent = spawn(process.execPath, ["--input-type=module", "-e", PARENT], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const [kept = 0, freed = 0] = said.toString().split(" ").map(Number);
  await sleep(100);
  expect([kept, freed].map(isAlive)).toEqual([true, true]);
  parent.stdout.resume();
  parent.kill("SIGKILL");
  await text(parent.stdout);
  await expect.poll(() => isAlive(kept), { timeout: 5000 }).toBe(false);
  expect(isAlive(freed)).toBe(true);
  process.kill(freed, "SIGKILL");
});
