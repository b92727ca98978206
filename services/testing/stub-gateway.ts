import { createGateway, type GatewayDeps, type Handlers } from "../gateway/gateway.ts";
import { listenOnePort, type ListenOptions } from "../gateway/one-port.ts";
import type { Identity } from "../platform/auth/verify-token.ts";
import { unauthenticated } from "../platform/auth/verify-token.ts";
import { createLog, type Log } from "../platform/telemetry/log.ts";

/** The real gateway on a free port before handlers that a test makes up, without a database behind it. */
export interface StubGateway {
  baseUrl: string;
  port: number;
  /** Every log line, with its level. */
  lines: Record<string, unknown>[];
  /** Starts the shutdown. */
  drain(): void;
  close(graceMilliseconds?: number): Promise<void>;
}

/** The only good token. */
export const STUB_TOKEN = "good";
export const STUB_IDENTITY: Identity = {
  tenantId: "0199aa00-0000-7000-8000-000000000001",
  userId: "stub",
  roles: ["admin"],
  teams: [],
};

export async function startStubGateway(
  handlers: { [K in keyof Handlers]?: Partial<Handlers[K]> },
  given: Partial<Omit<GatewayDeps, "handlers">> & { listen?: Partial<ListenOptions> } = {},
): Promise<StubGateway> {
  const lines: Record<string, unknown>[] = [];
  const draining = new AbortController();
  const gateway = createGateway({
    handlers: { ...NOTHING, ...handlers } as Handlers,
    verify: async (token) => {
      if (token !== STUB_TOKEN) throw unauthenticated();
      return STUB_IDENTITY;
    },
    devIssuer: undefined,
    corsOrigins: [],
    webApp: (_req, res) => void res.writeHead(404).end(),
    check: async () => ({ ready: true, dependencies: {} }),
    draining: draining.signal,
    log: recordingLog(lines),
    ...given,
  });
  const listening = await listenOnePort(gateway, { host: "127.0.0.1", port: 0, ...given.listen });
  return {
    baseUrl: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    lines,
    drain: () => draining.abort(),
    close(graceMilliseconds = 1000) {
      draining.abort();
      return listening.close(graceMilliseconds);
    },
  };
}

const NOTHING = {
  chatCommands: {},
  chatQueries: {},
  artifactCommands: {},
  artifactQueries: {},
  contentCommands: {},
  contentQueries: {},
  inference: {},
  agents: {},
  agentRegistry: {},
  budgets: {},
  providers: {},
  patches: {},
  projections: {},
  autopilot: {},
};

function recordingLog(lines: Record<string, unknown>[]): Log {
  const record = (level: string) => (details: Record<string, unknown>, message: string) =>
    void lines.push({ level, message, ...details });
  const levels = ["debug", "info", "warn", "error"].map((level) => [level, record(level)]);
  return Object.assign(createLog("silent"), Object.fromEntries(levels));
}
