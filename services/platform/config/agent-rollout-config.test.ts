import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const rolloutsOf = (value: unknown) => parseConfig({ AGENT_ROLLOUTS: JSON.stringify(value) }).AGENT_ROLLOUTS;
const share = (version: string, percent: number) => ({ version, percent });

describe("AGENT_ROLLOUTS", () => {
  it("is a list of agents, each with shares and perhaps tenants", () => {
    const rollouts = [
      { agent_id: "tools", shares: [share("2", 100)], tenants: ["0199aa00-0000-7000-8000-000000000001"] },
      { agent_id: "tools", shares: [share("1", 95), share("2", 5)] },
    ];
    expect(rolloutsOf(rollouts)).toEqual(rollouts);
    expect(parseConfig({}).AGENT_ROLLOUTS).toEqual([]);
  });

  it.each([
    ["shares that do not add up", [{ agent_id: "tools", shares: [share("1", 99)] }], /must add up to 100/],
    ["no shares", [{ agent_id: "tools", shares: [] }], /AGENT_ROLLOUTS\.0\.shares/],
    ["a share below nothing", [{ agent_id: "t", shares: [share("1", -1), share("2", 101)] }], /percent/],
    [
      "a tenant that is none",
      [{ agent_id: "t", shares: [share("1", 100)], tenants: ["acme"] }],
      /tenants\.0/,
    ],
  ])("with %s stops the start", (_, value, message) => {
    expect(() => rolloutsOf(value)).toThrow(message);
  });
});
