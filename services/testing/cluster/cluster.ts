import { createMember, type Member, type MemberOptions, type MemberRole } from "./member.ts";

/** How many processes of each role, and what all of them are told. */
export interface ClusterPlan {
  gateways?: number;
  executors?: number;
  workers?: number;
  env: Readonly<Record<string, string>>;
  /** Wanted ports by the name of the member; default: free ones. */
  ports?: Readonly<Record<string, number>>;
  tell?: (member: string, output: string) => void;
  /** Whether members that end by themselves are started again. */
  isKept?: boolean;
}

/** The processes of a cluster over servers that it shares. */
export interface Cluster {
  members: readonly Member[];
  gateways: readonly Member[];
  executors: readonly Member[];
  workers: readonly Member[];
  member(name: string): Member;
  /** Starts those that are not running. */
  start(): Promise<void>;
  stop(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/** Nothing runs yet. Members are called gateway-1, executor-1, worker-1 and so on. */
export async function createCluster(plan: ClusterPlan): Promise<Cluster> {
  const { gateways = 1, executors = 1, workers = 1 } = plan;
  const optionsOf = (name: string, role: MemberRole): MemberOptions => ({
    name,
    role,
    env: plan.env,
    ...(plan.ports?.[name] !== undefined && { port: plan.ports[name] }),
    ...(plan.isKept !== undefined && { isKept: plan.isKept }),
    tell: (output) => plan.tell?.(name, output),
  });
  const several = (count: number, name: string, role: MemberRole) =>
    Promise.all(Array.from({ length: count }, (_, i) => createMember(optionsOf(`${name}-${i + 1}`, role))));
  const byRole = {
    gateways: await several(gateways, "gateway", "gateway"),
    executors: await several(executors, "executor", "execution"),
    workers: await several(workers, "worker", "worker"),
  };
  const members = Object.values(byRole).flat();
  return {
    ...byRole,
    members,
    member(name) {
      const found = members.find((member) => member.name === name);
      if (!found) throw new Error(`no member is called ${name}`);
      return found;
    },
    async start() {
      await Promise.all(members.filter((member) => !member.isRunning()).map((member) => member.start()));
    },
    async stop(signal) {
      await Promise.all(members.map((member) => member.stop(signal)));
    },
  };
}
