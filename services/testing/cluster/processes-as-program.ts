import type { Program } from "../../main.ts";
import { startTestCluster } from "./test-cluster.ts";

/** Whether the tests that run now are those of vitest's project "cluster". */
export const runsOverProcesses = (): boolean => process.env["AMEIDE_TEST_CLUSTER"] === "1";

/** What belongs to one process, or to the embedded database. */
const NOT_SHARED = new Set(["PORT", "DATA_DIR"]);

/** A gateway, an executor and a worker that look like one program to a test. */
export async function startProcesses(settings: Readonly<Record<string, string>>): Promise<Program> {
  const env = Object.fromEntries(Object.entries(settings).filter(([name]) => !NOT_SHARED.has(name)));
  const cluster = await startTestCluster({ env });
  let stopping: Promise<void> | undefined;
  return {
    baseUrl: cluster.member("gateway-1").baseUrl,
    stop: () => (stopping ??= cluster.stop("SIGTERM").then(() => cluster.remove())),
  };
}
