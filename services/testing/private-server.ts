import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithParent } from "./end-with-parent.ts";
import { freePort } from "./free-port.ts";

/** A server of our own on the loopback address, which a test may ill-treat; it is gone with whoever started it. */
export interface PrivateServer {
  url: string;
  port: number;
  /** Ends it and deletes its data, unless it has a folder of its own. */
  stop(): Promise<void>;
  /** SIGKILL; the address and the data stay for `restart`. */
  kill(): Promise<void>;
  /** Kills it if it runs and starts it on the same port, with what it had or with nothing. */
  restart(options?: { empty?: boolean }): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
}

export interface PrivateServerOptions {
  /** Where its data is kept; default: a temporary folder that is deleted at the end. */
  folder?: string;
  /** Default: a free one. */
  port?: number;
}

interface Program {
  name: string;
  path: string;
  /** Keeps its data in the folder, so that a restart finds it. */
  args(folder: string, port: number): readonly string[];
  urlOf(port: number): string;
  /** What it is asked, and says once it can work. */
  ready: { ask: string; answer: string };
}

const SYSTEM_FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];

/** Where a server program is; Debian keeps some of them off the usual search path. */
export function findProgram(name: string): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  // A machine with an empty search path is a machine without programs, so that tests can play one.
  const folders = onPath.length > 0 ? [...onPath, ...SYSTEM_FOLDERS] : [];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export async function startPrivateServer(
  program: Program,
  options: PrivateServerOptions = {},
): Promise<PrivateServer> {
  const port = options.port ?? (await freePort());
  const home = options.folder ?? mkdtempSync(join(tmpdir(), `ameide-${program.name}-`));
  const data = join(home, "data");
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    mkdirSync(data, { recursive: true });
    const log = openSync(join(home, "log"), "a");
    // A group of its own: Ctrl-C in a terminal is meant for us, and we end it last.
    const started = spawn(program.path, program.args(data, port), {
      cwd: data,
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    await once(started, "spawn");
    child = started;
    if (started.pid !== undefined) started.once("exit", endWithParent(started.pid));
    await working(started, port, program, `${program.name} (its log: ${join(home, "log")})`);
  }
  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  const removes = options.folder === undefined;
  await start();
  return {
    url: program.urlOf(port),
    port,
    kill: () => end("SIGKILL"),
    async restart({ empty = false } = {}) {
      await end("SIGKILL");
      if (empty) rmSync(data, { recursive: true, force: true });
      await start();
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async stop() {
      await end(removes ? "SIGKILL" : "SIGTERM");
      if (removes) rmSync(home, { recursive: true, force: true });
    },
  };
}

const START_MILLISECONDS = 30_000;

async function working(child: ChildProcess, port: number, { ready }: Program, name: string): Promise<void> {
  const deadline = performance.now() + START_MILLISECONDS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${name} ended at its start with ${child.exitCode}`);
    if ((await firstWords(port, ready.ask)).startsWith(ready.answer)) return;
    await sleep(10);
  }
  throw new Error(`${name} did not answer on port ${port} in time`);
}

/** Empty when nobody listens. */
function firstWords(port: number, ask: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1").setTimeout(1000);
    if (ask !== "") socket.write(ask);
    const heard = (words: string) => (socket.destroy(), resolve(words));
    socket.once("data", (bytes) => heard(bytes.toString()));
    for (const silence of ["error", "close", "timeout"]) socket.once(silence, () => heard(""));
  });
}
