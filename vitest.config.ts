import { defineConfig } from "vitest/config";
import { canCluster } from "./services/testing/can-cluster.ts";

const OUTPUT = ["**/node_modules/**", "**/dist/**", "scripts/lint-fixtures/**"];
const SERVERS = {
  environment: "node",
  exclude: OUTPUT,
  globalSetup: "services/testing/global-setup.ts",
} as const;

/** Suites over the real server that also run over three processes, where the machine can do it. */
const ALSO_OVER_PROCESSES = [
  "services/chat/**/*.test.ts",
  "services/artifact/{artifact-commands,content/content,content/models}.test.ts",
  "services/inference/{idempotency,run-lists}.test.ts",
  "services/gateway/{chat-privacy,protocols}.test.ts",
  "services/graphpatch/patches-over-the-server.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { ...SERVERS, name: "node", include: ["{services,sdk,scripts,bench}/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          ...SERVERS,
          name: "cluster",
          include: canCluster() ? ALSO_OVER_PROCESSES : [],
          env: { AMEIDE_TEST_CLUSTER: "1" },
          testTimeout: 60_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        root: "web",
        test: { name: "web", environment: "node", include: ["**/*.test.{ts,tsx}"], exclude: OUTPUT },
      },
    ],
  },
});
