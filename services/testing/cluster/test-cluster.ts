import { newPostgresDatabase } from "../postgres-for-tests.ts";
import { startPrivateCluster, type PrivateCluster, type PrivateClusterPlan } from "./private-cluster.ts";

/** A cluster for tests: see PrivateCluster. */
export type TestCluster = PrivateCluster;

export interface TestClusterPlan extends Omit<PrivateClusterPlan, "databaseUrl"> {
  /** A PostgreSQL that may be killed; default: a new database on that of the test run. */
  ownPostgres?: boolean;
}

/** Quick; leases are short, so that a test need not wait long for a takeover. */
const DEFAULTS = { RUN_LEASE_SECONDS: "2", OFFLINE_TOKENS_PER_SECOND: "0" };

/** Starts a cluster for tests, and waits until all of it is ready. */
export async function startTestCluster({ ownPostgres, ...plan }: TestClusterPlan = {}): Promise<TestCluster> {
  const databaseUrl = ownPostgres ? undefined : await newPostgresDatabase({ migrated: true });
  const env = { ...DEFAULTS, ...plan.env };
  return startPrivateCluster({ ...plan, env, ...(databaseUrl !== undefined && { databaseUrl }) });
}
