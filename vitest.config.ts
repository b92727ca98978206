import { defineConfig } from "vitest/config";

const OUTPUT = ["**/node_modules/**", "**/dist/**", "scripts/lint-fixtures/**"];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          environment: "node",
          include: ["{services,sdk,scripts,bench}/**/*.test.ts"],
          exclude: OUTPUT,
          globalSetup: "services/testing/global-setup.ts",
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
