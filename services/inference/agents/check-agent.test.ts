import {
  AgentGraph,
  AgentOverrideSchema,
  AgentSpecSchema,
  type AgentSpec,
} from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { createModelCatalog } from "../model-catalog.ts";
import { withDefaults } from "./agent-spec.ts";
import { checkOverride, checkShares, checkSpec, refuseProblems } from "./check-agent.ts";

const parts = { tools: new Set(["current_time", "look_up_artifact"]), models: createModelCatalog([]).list() };

const specWith = (fields: MessageInitShape<typeof AgentSpecSchema>): AgentSpec =>
  withDefaults(
    create(AgentSpecSchema, { graph: AgentGraph.TOOL_LOOP, title: "Mine", prompt: "Do.", ...fields }),
  );
const pathsOf = (fields: MessageInitShape<typeof AgentSpecSchema>) =>
  checkSpec(parts, specWith(fields)).map(({ path }) => path);

describe("a definition", () => {
  it.each<[string, MessageInitShape<typeof AgentSpecSchema>]>([
    ["a chat", { graph: AgentGraph.CHAT }],
    ["a tool loop", { tools: ["current_time"] }],
    ["one with models of its own", { models: ["offline/offline"], needs: ["tools"] }],
  ])("of %s has no problem", (_, fields) => {
    expect(checkSpec(parts, specWith(fields))).toEqual([]);
  });

  it.each<[string, MessageInitShape<typeof AgentSpecSchema>, string[]]>([
    ["a chat with tools", { graph: AgentGraph.CHAT, tools: ["current_time"] }, ["spec.tools"]],
    ["a chat with many calls", { graph: AgentGraph.CHAT, maxModelCalls: 2 }, ["spec.max_model_calls"]],
    ["a loop that cannot answer", { maxModelCalls: 1 }, ["spec.max_model_calls"]],
    ["unknown tools", { tools: ["nope", "current_time", "nor"] }, ["spec.tools[0]", "spec.tools[2]"]],
    ["a tool twice", { tools: ["current_time", "current_time"] }, ["spec.tools[1]"]],
    ["an unknown model", { models: ["offline/offline", "acme/gone"] }, ["spec.models[1]"]],
    ["a model twice", { models: ["offline/offline", "offline/offline"] }, ["spec.models[1]"]],
    ["a model that cannot do it", { models: ["offline/offline"], needs: ["vision"] }, ["spec.models[0]"]],
    ["needs that no model meets", { needs: ["vision"] }, ["spec.needs"]],
  ])("of %s is told where", (_, fields, paths) => {
    expect(pathsOf(fields)).toEqual(paths);
  });

  it("is told all its problems at once, each at its path", () => {
    const problems = checkSpec(
      parts,
      specWith({ graph: AgentGraph.CHAT, tools: ["nope"], maxModelCalls: 3, models: ["acme/gone"] }),
    );
    expect(() => refuseProblems("mine", problems)).toThrow(
      expect.objectContaining({
        reason: "AGENT_DEFINITION_INVALID",
        metadata: {
          "spec.tools": "a CHAT calls no tools; take TOOL_LOOP",
          "spec.max_model_calls": "a CHAT makes one model call; take TOOL_LOOP",
          "spec.tools[0]": "there is no tool nope; there are current_time, look_up_artifact",
          "spec.models[0]": "there is no model acme/gone; there are offline/offline",
        },
      }),
    );
  });
});

describe("a rollout", () => {
  const there = new Set(["1", "2"]);
  it.each([
    [[{ version: "1", percent: 100 }], []],
    [[{ version: "3", percent: 100 }], ["shares[0].version"]],
    [[{ version: "1", percent: 90 }], ["shares"]],
    [[], ["shares"]],
  ])("%j of an own agent has the problems %j", (shares, paths) => {
    expect(checkShares(shares, there, false).map(({ path }) => path)).toEqual(paths);
  });

  it("of a built-in agent may be left to the operator", () => {
    expect(checkShares([], there, true)).toEqual([]);
  });
});

describe("an override", () => {
  it("names only what there is, and leaves the default agent on", () => {
    const override = create(AgentOverrideSchema, {
      pinnedVersion: "9",
      disabled: true,
      onlyTools: { tools: ["nope"] },
    });
    const problems = checkOverride(parts, { agentId: "simple-chat", override }, new Set(["1"]));
    expect(problems.map(({ path }) => path)).toEqual([
      "override.only_tools.tools[0]",
      "override.pinned_version",
      "override.disabled",
    ]);
  });
});
