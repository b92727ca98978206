import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");

const env = {
  ...process.env,
  PATH: `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"] ?? ""}`,
};

export interface CommandResult {
  ok: boolean;
  stdout: string;
  output: string;
}

/** Runs a command of this repository's tool chain and keeps what it says. */
export function capture(command: string, args: readonly string[], cwd = ROOT): CommandResult {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  return { ok: status === 0, stdout, output: stdout + stderr };
}

/** Runs a command in this terminal; false when it fails. */
export function show(command: string, args: readonly string[], cwd = ROOT): boolean {
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  if (error) throw error;
  return status === 0;
}
