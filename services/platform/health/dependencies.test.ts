import { expect, it } from "vitest";
import { checkDependencies, type Dependency } from "./dependencies.ts";

const up: Dependency = { name: "database", needed: true, answers: async () => true };
const optional = (name: Dependency["name"], answers: Dependency["answers"]): Dependency => ({
  name,
  needed: false,
  answers,
});

it("without what is needed it is not ready, without the rest it is, and each is told", async () => {
  const lost = optional("redis", () => Promise.reject(new Error("refused")));
  const dependencies = { database: "up", redis: "down", nats: "up" };
  expect(await checkDependencies([up, lost, optional("nats", async () => true)])).toEqual({
    ready: true,
    dependencies,
  });
  const down = { ...up, answers: async () => false };
  expect(await checkDependencies([down])).toEqual({ ready: false, dependencies: { database: "down" } });
});

it("what hangs is down", async () => {
  const hanging = optional("nats", () => new Promise(() => undefined));
  expect(await checkDependencies([up, hanging], 10)).toEqual({
    ready: true,
    dependencies: { database: "up", nats: "down" },
  });
});
