import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endWithParent } from "./end-with-parent.ts";
import { freePort } from "./free-port.ts";
import { WITHOUT_LIMITS } from "./without-limits.ts";

/** The real program in a process of its own. */
export interface ServerProcess {
  baseUrl: string;
  pid: number;
  /** Sends the signal and resolves with the exit code once the process is gone. */
  stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
  /** Resolves when the process has ended, however it did. */
  gone: Promise<void>;
  /** The end of what it logged so far. */
  output(): string;
}

/** A folder and a port that outlive the processes that use them one after the other. */
export interface ServerHome {
  dataDir: string;
  port: number;
  /** Starts the program there and waits until it is ready. */
  start(env?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** Kills what still runs and deletes the folder. */
  remove(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("../main.ts", import.meta.url));
const READY_MILLISECONDS = 180_000;
const MAX_OUTPUT = 1_000_000;

export async function createServerHome(): Promise<ServerHome> {
  const dataDir = mkdtempSync(join(tmpdir(), "ameide-test-"));
  const port = await freePort();
  const running = new Set<ServerProcess>();
  return {
    dataDir,
    port,
    async start(env = {}) {
      const settings = {
        PORT: String(port),
        DATA_DIR: dataDir,
        LOG_LEVEL: "warn",
        ...WITHOUT_LIMITS,
        ...env,
      };
      const server = spawnServer(`http://127.0.0.1:${port}`, settings);
      running.add(server);
      await server.ready();
      return server;
    },
    async remove() {
      for (const server of running) await server.stop("SIGKILL");
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Starts the program in a process of its own, with these settings and no others. */
export function spawnServer(
  baseUrl: string,
  env: Readonly<Record<string, string>>,
  tell: (output: string) => void = () => undefined,
): ServerProcess & { ready(): Promise<void> } {
  const child = spawn(process.execPath, [PROGRAM], { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const server = serverOf(child, baseUrl, tell);
  return { ...server, ready: () => ready(child, server) };
}

/** A token of one of the built-in people, from the development issuer. */
export async function devToken(baseUrl: string, person: string): Promise<string> {
  const response = await fetch(`${baseUrl}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

function serverOf(child: ChildProcess, baseUrl: string, tell: (output: string) => void): ServerProcess {
  let output = "";
  if (child.pid !== undefined) child.once("exit", endWithParent(child.pid));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
      tell(text);
    });
  }
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    baseUrl,
    gone,
    pid: child.pid ?? 0,
    output: () => output,
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      await gone;
      return child.exitCode;
    },
  };
}

async function ready(child: ChildProcess, server: ServerProcess): Promise<void> {
  const deadline = performance.now() + READY_MILLISECONDS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended at its start:\n${server.output()}`);
    try {
      if ((await fetch(`${server.baseUrl}/readyz`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  throw new Error(`the server was not ready in time:\n${server.output()}`);
}
