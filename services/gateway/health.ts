import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "@ameide/proto/grpc/health/v1/health_pb.js";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";

export interface HealthDeps {
  /** Names that may be asked for; the empty name is the whole server. */
  services: ReadonlySet<string>;
  /** Whether the server can do its work now. */
  isReady(): Promise<boolean>;
  /** Aborts when this server goes down. */
  draining: AbortSignal;
}

const WATCH_MILLISECONDS = 5000;

/** `grpc.health.v1.Health`, as load balancers and grpc-health-probe ask for it. */
export function createHealthHandlers(deps: HealthDeps): ServiceImpl<typeof Health> {
  const statusOf = async (service: string) => {
    if (service !== "" && !deps.services.has(service)) return undefined;
    const ready = !deps.draining.aborted && (await deps.isReady());
    return ready ? Serving.SERVING : Serving.NOT_SERVING;
  };
  return {
    async check({ service }) {
      const status = await statusOf(service);
      if (status === undefined) throw new ConnectError(`there is no service ${service}`, Code.NotFound);
      return { status };
    },
    async *watch({ service }, { signal }) {
      let last: Serving | undefined;
      while (!signal.aborted) {
        const status = (await statusOf(service)) ?? Serving.SERVICE_UNKNOWN;
        if (status !== last) yield { status };
        last = status;
        await pause(WATCH_MILLISECONDS, AbortSignal.any([signal, deps.draining]));
        if (deps.draining.aborted) {
          yield { status: Serving.NOT_SERVING };
          return;
        }
      }
    },
    async list() {
      const names = ["", ...deps.services];
      const statuses = await Promise.all(
        names.map(async (name) => [name, { status: await statusOf(name) }] as const),
      );
      return { statuses: Object.fromEntries(statuses) };
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
