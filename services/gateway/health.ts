import { setTimeout as sleep } from "node:timers/promises";
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "@ameide/proto/grpc/health/v1/health_pb.js";
import { ErrorInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";

export interface HealthDeps {
  /** Names that may be asked for; the empty name is the whole server. */
  services: ReadonlySet<string>;
  /** Whether the server can do its work now; never, once it goes down. */
  isReady(): Promise<boolean>;
  /** Aborts when this server goes down. */
  draining: AbortSignal;
  /** How often a watched state is looked at. */
  watchMilliseconds?: number;
}

const WATCH_MILLISECONDS = 5000;

/** `grpc.health.v1.Health`, as load balancers and grpc-health-probe ask for it. */
export function createHealthHandlers(deps: HealthDeps): ServiceImpl<typeof Health> {
  const isKnown = (service: string) => service === "" || deps.services.has(service);
  const status = async () => ((await deps.isReady()) ? Serving.SERVING : Serving.NOT_SERVING);
  return {
    async check({ service }) {
      if (!isKnown(service)) throw unknownService(service);
      return { status: await status() };
    },
    async *watch({ service }, { signal }) {
      const over = AbortSignal.any([signal, deps.draining]);
      let last: Serving | undefined;
      for (;;) {
        const now = isKnown(service) ? await status() : Serving.SERVICE_UNKNOWN;
        if (now !== last) yield { status: now };
        last = now;
        if (over.aborted) return;
        await pause(deps.watchMilliseconds ?? WATCH_MILLISECONDS, over);
      }
    },
    async list() {
      const now = await status();
      return { statuses: Object.fromEntries(["", ...deps.services].map((name) => [name, { status: now }])) };
    },
  };
}

/** The health protocol asks for NOT_FOUND; the reason is its own, none of ours. */
function unknownService(service: string): ConnectError {
  const value = { reason: "SERVICE_UNKNOWN", domain: Health.typeName, metadata: { service } };
  const details = [{ desc: ErrorInfoSchema, value }];
  return new ConnectError("there is no such service; List names all", Code.NotFound, undefined, details);
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);
