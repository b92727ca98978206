import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "./config.ts";

const CANARY = "hunter2-hunter2-hunter2-hunter2-hunter2";
const provider = (fields: object) =>
  JSON.stringify([{ id: "acme", kind: "openai", api_key: CANARY, models: [{ name: "m" }], ...fields }]);

function problemsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n").slice(1);
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  it("has a default for everything", () => {
    expect(parseConfig({})).toMatchObject({
      ROLES: ["gateway", "execution", "worker"],
      HOST: "127.0.0.1",
      PORT: 8080,
      DATA_DIR: ".data",
      OIDC_ISSUERS: [],
      MODEL_PROVIDERS: [],
      CORS_ORIGINS: [],
    });
    expect(parseConfig({}).DATABASE_URL).toBeUndefined();
  });

  it("takes a blank variable for one that is not set", () => {
    const names = Object.keys(parseConfig({}));
    for (const blank of ["", " ", "\t\n"]) {
      const env = Object.fromEntries(
        [...names, "DATABASE_URL", "NATS_URL", "REDIS_URL", "OBJECT_STORE_URL", "TOKEN_SECRET"].map(
          (name) => [name, blank],
        ),
      );
      expect(parseConfig(env)).toEqual(parseConfig({}));
    }
  });

  it("does not mind what is meant for others", () => {
    expect(parseConfig({ PATH: "/bin", HOME: undefined })).toEqual(parseConfig({}));
  });

  it("reads every value", () => {
    const config = parseConfig({
      PORT: "0",
      DATABASE_URL: "postgres://me@db/ameide",
      TOKEN_SECRET: CANARY,
      CORS_ORIGINS: "https://a.example, http://localhost:5173,",
      MODEL_PROVIDERS: provider({ models: [{ name: "m", price: { input: 1, output: 2 } }] }),
      OIDC_ISSUERS: '[{"issuer":"https://id.example/realms/a"}]',
    });
    expect(config).toMatchObject({
      PORT: 0,
      CORS_ORIGINS: ["https://a.example", "http://localhost:5173"],
      MODEL_PROVIDERS: [
        { id: "acme", models: [{ price: { input: 1, output: 2 }, max_output_tokens: 4096 }] },
      ],
      OIDC_ISSUERS: [{ issuer: "https://id.example/realms/a" }],
    });
  });

  it("limits callers unless told otherwise", () => {
    expect(parseConfig({})).toMatchObject({
      RATE_USER_PER_MINUTE: 100,
      RATE_METHODS_PER_MINUTE: {},
      STREAMS_PER_USER: 100,
    });
    const given = { RATE_USER_PER_MINUTE: "0", RATE_METHODS_PER_MINUTE: '{"a.v1.B/C": 5}' };
    expect(parseConfig(given)).toMatchObject({
      RATE_USER_PER_MINUTE: 0,
      RATE_METHODS_PER_MINUTE: { "a.v1.B/C": 5 },
    });
  });

  it("lets a process have some of the roles when it shares everything with the others", () => {
    const shared = {
      DATABASE_URL: "postgres://me@db/ameide",
      NATS_URL: "nats://bus:4222",
      REDIS_URL: "rediss://cache:6379",
      OBJECT_STORE_URL: "s3://models?endpoint=https://s3.example",
      TOKEN_SECRET: CANARY,
    };
    expect(parseConfig({ ...shared, ROLES: "worker, gateway" }).ROLES).toEqual(["gateway", "worker"]);
    expect(problemsOf({ ROLES: "gateway", PORT: "http" }).map((problem) => problem.split(":")[0])).toEqual([
      "PORT",
      "TOKEN_SECRET",
      "DATABASE_URL",
      "NATS_URL",
      "REDIS_URL",
      "OBJECT_STORE_URL",
    ]);
    expect(problemsOf({ ...shared, ROLES: "gateway,executor" })).toEqual([
      "ROLES: names a role that is none of gateway, execution, worker",
    ]);
  });

  it("tells every problem at once", () => {
    const problems = problemsOf({
      PORT: "http",
      LOG_LEVEL: "loud",
      DATABASE_URL: "postgres://me@db/ameide",
      OIDC_ISSUERS: "[",
      MODEL_PROVIDERS: provider({ kind: "other", models: [] }),
    });
    const names = problems.map((problem) => problem.slice(0, problem.indexOf(":")));
    expect(names).toEqual([
      "PORT",
      "OIDC_ISSUERS",
      "MODEL_PROVIDERS.0.kind",
      "MODEL_PROVIDERS.0.models",
      "LOG_LEVEL",
      "TOKEN_SECRET",
    ]);
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "1e3"],
    ["PORT", "0x10"],
    ["PORT", "8080.5"],
    ["DATABASE_URL", "mysql://me@db/x"],
    ["NATS_URL", "http://bus"],
    ["REDIS_URL", "cache:6379"],
    ["OBJECT_STORE_URL", "https://s3.example/models"],
    ["DATABASE_POOL_SIZE", "0"],
    ["TOKEN_SECRET", "short"],
    ["BUDGET_DAY_MICROS", "-5"],
    ["RATE_USER_PER_MINUTE", "1e3"],
    ["RATE_METHODS_PER_MINUTE", "GenerateBatch=5"],
    ["RATE_METHODS_PER_MINUTE", '{"GenerateBatch": 0}'],
    ["STREAMS_PER_TENANT", "-1"],
    ["BUDGET_CURRENCY", "dollars"],
    ["CORS_ORIGINS", "*"],
    ["CORS_ORIGINS", "https://a.example/"],
    ["CORS_ORIGINS", "a.example"],
    ["OIDC_ISSUERS", "{}"],
    ["OIDC_ISSUERS", '[{"issuer":"keycloak"}]'],
    ["MODEL_PROVIDERS", provider({ id: "offline" })],
    ["MODEL_PROVIDERS", provider({ id: "Acme Inc" })],
    ["MODEL_PROVIDERS", provider({ api_key: "" })],
    ["MODEL_PROVIDERS", provider({ models: [{ name: "m", price: { input: -1, output: 0 } }] })],
    ["MODEL_PROVIDERS", JSON.stringify([...JSON.parse(provider({})), ...JSON.parse(provider({}))])],
  ])("refuses %s=%s", (name, value) => {
    expect(problemsOf({ TOKEN_SECRET: CANARY, [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it.each([
    { DATABASE_URL: `http://me:${CANARY}@db/x` },
    { TOKEN_SECRET: CANARY.slice(0, 20) },
    { MODEL_PROVIDERS: `[{"api_key":"${CANARY}"` },
    { MODEL_PROVIDERS: provider({ kind: "other" }) },
    { MODEL_PROVIDERS: JSON.stringify({ api_key: CANARY }) },
    { OIDC_ISSUERS: JSON.stringify([{ issuer: CANARY }]) },
    { PORT: CANARY },
    { LOG_LEVEL: CANARY },
    { CORS_ORIGINS: CANARY },
  ])("never repeats a value in what it says: %o", (env) => {
    const problems = problemsOf(env);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain(CANARY.slice(0, 20));
  });
});
