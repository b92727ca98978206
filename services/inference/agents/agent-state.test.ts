import { AgentOverrideSchema, AgentSpecSchema } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  decideOverride,
  decideRegister,
  decideRollout,
  evolveAgent,
  newAgent,
  type AgentChange,
} from "./agent-state.ts";

const at = new Date("2026-03-01T12:00:00Z");
const given = (...events: AgentChange[]) =>
  events.reduce(
    (agent, event, i) => evolveAgent(agent, event, { version: i + 1, time: at }),
    newAgent("mine"),
  );

const spec = create(AgentSpecSchema, { title: "Mine" });
const register = (version: string, exists = false) => ({ version, spec, exists });
const first = decideRegister(newAgent("mine"), register("1"));
const addendum = create(AgentOverrideSchema, { promptAddendum: "Be brief." });
const names = (events: AgentChange[]) => events.map(({ $typeName }) => $typeName.split(".").at(-1));

describe("registering", () => {
  it("a first version makes the agent and gives it all runs", () => {
    expect(names(first)).toEqual(["AgentVersionRegistered", "AgentRolloutSet"]);
    expect(given(...first)).toMatchObject({
      versions: 1,
      shares: [{ version: "1", percent: 100 }],
      version: 2,
    });
  });

  it("a further version gives it none", () => {
    const decided = decideRegister(given(...first), register("2"));
    expect(names(decided)).toEqual(["AgentVersionRegistered"]);
    expect(given(...first, ...decided)).toMatchObject({
      versions: 2,
      shares: [{ version: "1", percent: 100 }],
    });
  });

  it("a version that exists is refused", () => {
    expect(() => decideRegister(given(...first), register("1", true))).toThrow(
      expect.objectContaining({
        reason: "AGENT_VERSION_EXISTS",
        metadata: { agent_id: "mine", version: "1" },
      }),
    );
  });
});

describe("a rollout", () => {
  it("that is set already changes nothing", () => {
    expect(decideRollout(given(...first), [{ version: "1", percent: 100 }])).toEqual([]);
    expect(decideRollout(newAgent("tools"), [])).toEqual([]);
  });

  it("replaces the one before", () => {
    const shares = [
      { version: "1", percent: 90 },
      { version: "2", percent: 10 },
    ];
    expect(given(...first, ...decideRollout(given(...first), shares)).shares).toMatchObject(shares);
  });
});

describe("an override", () => {
  it("has a number that is never used again, also after it was taken away", () => {
    const set = decideOverride(newAgent("tools"), addendum);
    expect(given(...set)).toMatchObject({ override: addendum, overrideNumber: 1 });
    const cleared = decideOverride(given(...set), undefined);
    expect(given(...set, ...cleared)).toMatchObject({ override: undefined, overrideNumber: 0 });
    const again = decideOverride(given(...set, ...cleared), addendum);
    expect(given(...set, ...cleared, ...again)).toMatchObject({ overrideNumber: 3 });
  });

  it("that is taken away where there is none changes nothing", () => {
    expect(decideOverride(newAgent("tools"), undefined)).toEqual([]);
  });
});
