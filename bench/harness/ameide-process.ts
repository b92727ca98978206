import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WITHOUT_LIMITS } from "../../services/testing/without-limits.ts";
import { nodeFlags } from "./node-flags.ts";
import { inTempFolder } from "./temp-folder.ts";

/** The product as people start it, in a process and with a data folder of its own. */
export interface AmeideProcess {
  pid: number | undefined;
  baseUrl: string;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL("../../services/main.ts", import.meta.url));

export async function startAmeide(env: Readonly<Record<string, string>> = {}): Promise<AmeideProcess> {
  const folder = inTempFolder();
  const child = spawn(process.execPath, [...nodeFlags(), MAIN], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      DATA_DIR: folder.path,
      LOG_LEVEL: "info",
      ...UNLIMITED,
      ...WITHOUT_LIMITS,
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const baseUrl = await addressOf(child);
  return {
    pid: child.pid,
    baseUrl,
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      folder.remove();
    },
  };
}

/** A budget that no benchmark can spend, and rates that none can exceed. */
export const UNLIMITED = {
  BUDGET_DAY_MICROS: "1000000000000",
  BUDGET_MONTH_MICROS: "1000000000000",
  RATE_USER_PER_MINUTE: "0",
  RATE_USER_READS_PER_MINUTE: "0",
  RATE_TENANT_PER_MINUTE: "0",
  RATE_TENANT_READS_PER_MINUTE: "0",
  STREAMS_PER_USER: "0",
  STREAMS_PER_TENANT: "0",
};

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new TypeError("the child's output is piped");
  for await (const line of createInterface(child.stdout)) {
    const { address }: { address?: string } = JSON.parse(line);
    if (address === undefined) continue;
    child.stdout.resume();
    return address;
  }
  throw new Error("the server ended before it was ready");
}
