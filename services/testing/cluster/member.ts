import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { spawnServer, type ServerProcess } from "../processes.ts";

export type MemberRole = "gateway" | "execution" | "worker";

/** One process of a cluster and its place: the port stays when it is started again. */
export interface Member {
  name: string;
  role: MemberRole;
  baseUrl: string;
  /** Starts it and waits until it is ready. */
  start(): Promise<void>;
  /** Does nothing when it is not running; resolves with the exit code, null after a signal. */
  stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
  /** Kills it and starts it again. */
  restart(): Promise<void>;
  isRunning(): boolean;
  pid(): number | undefined;
  /** The end of what it logged since its last start. */
  output(): string;
}

export interface MemberOptions {
  name: string;
  role: MemberRole;
  env: Readonly<Record<string, string>>;
  port?: number;
  /** Starts it again when it ends by itself, as a cluster manager would. */
  isKept?: boolean;
  /** Hears everything that it logs. */
  tell?: (output: string) => void;
}

const RESTART_MILLISECONDS = 1000;

export async function createMember(options: MemberOptions): Promise<Member> {
  const { name, role, env, tell } = options;
  const port = options.port ?? (await freePort());
  const baseUrl = `http://127.0.0.1:${port}`;
  let running: ServerProcess | undefined;
  let last: ServerProcess | undefined;
  async function replace(gone: ServerProcess): Promise<void> {
    if (!options.isKept || running !== gone) return;
    tell?.("ended; it is started again\n");
    await sleep(RESTART_MILLISECONDS);
    if (running !== gone) return;
    const started = member.start().catch(() => undefined);
    tell?.(`is process ${member.pid()} now\n`);
    await started;
  }
  const member: Member = {
    name,
    role,
    baseUrl,
    async start() {
      const server = spawnServer(baseUrl, { ...env, ROLES: role, PORT: String(port) }, tell);
      running = last = server;
      void server.gone.then(() => replace(server));
      await server.ready();
    },
    async stop(signal) {
      const stopping = running;
      running = undefined;
      return stopping ? stopping.stop(signal) : null;
    },
    async restart() {
      await member.stop("SIGKILL");
      await member.start();
    },
    isRunning: () => running !== undefined,
    pid: () => running?.pid,
    output: () => last?.output() ?? "",
  };
  return member;
}
