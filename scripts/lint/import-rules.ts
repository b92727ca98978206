/**
 * Who may import whom. The first layer whose pattern matches a file is its layer.
 * `own slice` is the importer's slice, `slice entry` the index.ts of another one.
 */
export type Target =
  | "test"
  | "bench"
  | "testing"
  | "composition"
  | "contracts"
  | "private contracts"
  | "notation"
  | "platform"
  | "migrations"
  | "gateway"
  | "execution"
  | "worker"
  | "own slice"
  | "slice entry"
  | "slice inside"
  | "sdk"
  | "web"
  | "scripts"
  | "npm"
  | "node"
  | `npm:${string}`;

export interface Layer {
  name: Target | "slice";
  files: readonly string[];
  mayImport: readonly Target[];
  because: string;
}

const PACKAGES: readonly Target[] = ["npm", "node"];
const CONTRACTS: readonly Target[] = ["contracts", "private contracts"];
const PRODUCTION: readonly Target[] = [
  ...PACKAGES,
  ...CONTRACTS,
  ...(["composition", "notation", "platform", "migrations", "gateway", "execution", "worker"] as const),
  ...(["slice entry", "slice inside", "sdk"] as const),
];
const PURE_LIBRARIES: readonly Target[] = [
  "npm:@bufbuild/protobuf",
  "npm:bpmn-auto-layout",
  "npm:bpmn-moddle",
  "npm:bpmnlint",
  "npm:dmn-moddle",
  "npm:elkjs",
  "npm:libxml2-wasm",
  "npm:moddle",
  "npm:moddle-xml",
  "npm:saxes",
];

const TESTS = ["**/*.test.ts", "**/*.test.tsx"];

export const LAYERS: readonly Layer[] = [
  {
    name: "test",
    files: [...TESTS, "vitest.config.ts"],
    mayImport: [...PRODUCTION, "testing", "test", "bench", "scripts", "web"],
    because: "a test composes what it needs, as main.ts does",
  },
  {
    name: "bench",
    files: ["bench/**"],
    mayImport: [...PRODUCTION, "testing", "bench"],
    because: "a benchmark composes what it compares",
  },
  {
    name: "testing",
    files: ["services/testing/**"],
    mayImport: [...PRODUCTION, "testing"],
    because: "the test server is composed like the real one",
  },
  {
    name: "composition",
    files: ["services/*.ts"],
    mayImport: PRODUCTION,
    because: "main.ts is where adapters, slices and roles meet",
  },
  {
    name: "contracts",
    files: ["gen/ts/public/**"],
    mayImport: ["contracts", "npm:@bufbuild/protobuf"],
    because: "generated code knows only the protobuf runtime",
  },
  {
    name: "private contracts",
    files: ["gen/ts/private/**"],
    mayImport: [...CONTRACTS, "npm:@bufbuild/protobuf"],
    because: "generated code knows only the protobuf runtime",
  },
  {
    name: "notation",
    files: ["services/notation/**"],
    mayImport: ["notation", ...CONTRACTS, ...PURE_LIBRARIES],
    because: "model code is pure: contracts and pure libraries only",
  },
  {
    name: "platform",
    files: ["services/platform/**"],
    mayImport: ["platform", ...CONTRACTS, ...PACKAGES],
    because: "the platform knows no domain word",
  },
  {
    name: "migrations",
    files: ["services/migrations/**"],
    mayImport: ["migrations", "platform", ...PACKAGES],
    because: "a migration must not change when a slice does",
  },
  {
    name: "gateway",
    files: ["services/gateway/**"],
    mayImport: ["gateway", "platform", "slice entry", ...CONTRACTS, ...PACKAGES],
    because: "the edge reaches a slice through the verbs it exports",
  },
  {
    name: "execution",
    files: ["services/execution/**"],
    mayImport: ["execution", "platform", "slice entry", ...CONTRACTS, ...PACKAGES],
    because: "an executor reaches a slice through the verbs it exports",
  },
  {
    name: "worker",
    files: ["services/worker/**"],
    mayImport: ["worker", "platform", "slice entry", ...CONTRACTS, ...PACKAGES],
    because: "a worker reaches a slice through the verbs it exports",
  },
  {
    name: "slice",
    files: ["services/*/**"],
    mayImport: ["own slice", "slice entry", "platform", "notation", ...CONTRACTS, ...PACKAGES],
    because: "a slice knows the platform, the notations and the verbs other slices export",
  },
  {
    name: "sdk",
    files: ["sdk/ts/**"],
    mayImport: ["sdk", "contracts", ...PACKAGES],
    because: "callers see the public contracts only",
  },
  {
    name: "web",
    files: ["web/**"],
    mayImport: ["web", "sdk", "contracts", ...PACKAGES],
    because: "callers see the public contracts only",
  },
  {
    name: "scripts",
    files: ["scripts/**", "*.config.ts"],
    mayImport: ["scripts", "contracts", "private contracts", ...PACKAGES],
    because: "tooling works on files, it is no part of the program",
  },
];

export interface PackageRule {
  rule: string;
  packages: readonly string[];
  onlyIn: readonly string[];
  because: string;
}

/** Benchmarks compare with the bare libraries, tests look behind the adapters. */
export const FREE_OF_PACKAGE_RULES = ["bench/**", "services/testing/**", ...TESTS];

export const PACKAGE_RULES: readonly PackageRule[] = [
  {
    rule: "langchain-in-execution",
    packages: ["langchain", "@langchain/*"],
    onlyIn: ["services/execution/**"],
    because: "only the executor knows which agent library runs a run",
  },
  {
    rule: "drizzle-in-stores",
    packages: ["drizzle-orm"],
    onlyIn: [
      "services/**/{tables,store,*-store}.ts",
      "services/platform/db/**",
      "services/platform/event-store/**",
    ],
    because: "verbs and handlers hold no SQL",
  },
  {
    rule: "drivers-in-platform",
    packages: ["postgres", "pg", "@electric-sql/pglite"],
    onlyIn: ["services/platform/**"],
    because: "the transaction wrapper, which sets the tenant, is the only way to the database",
  },
  {
    rule: "nats-in-adapters",
    packages: ["nats", "@nats-io/*"],
    onlyIn: ["services/platform/**/nats*", "services/platform/**/nats*/**"],
    because: "NATS is one adapter of a port",
  },
  {
    rule: "redis-in-adapters",
    packages: ["ioredis", "redis"],
    onlyIn: ["services/platform/**/redis*", "services/platform/**/redis*/**"],
    because: "Redis is one adapter of a port",
  },
  {
    rule: "s3-in-adapters",
    packages: ["aws4fetch"],
    onlyIn: ["services/platform/object-store/s3*"],
    because: "S3 is one adapter of a port",
  },
];

/** Packages of this repository, as the folders they are. */
export const WORKSPACES: Readonly<Record<string, string>> = {
  "@ameide/proto": "gen/ts/public",
  "@ameide/proto-private": "gen/ts/private",
  "@ameide/services": "services",
  "@ameide/sdk": "sdk/ts",
  "@ameide/web": "web",
};
