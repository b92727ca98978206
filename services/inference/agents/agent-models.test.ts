import { describe, expect, it } from "vitest";
import type { ProviderConfig } from "../../platform/config/config.ts";
import { createAgentRegistry, type AgentDefinition } from "../agent-registry.ts";
import { createModelCatalog } from "../model-catalog.ts";
import { BUILT_IN_AGENTS } from "./built-in-agents.ts";

const model = (name: string, price: number, capabilities: ["tools"] | [] = ["tools"]) => ({
  name,
  price: { input: price, output: price },
  max_output_tokens: 100,
  capabilities,
});
const acme: ProviderConfig = {
  id: "acme",
  kind: "openai",
  api_key: "k",
  models: [model("dear", 9), model("plain", 1, []), model("cheap", 2)],
};
const registry = createAgentRegistry(createModelCatalog([acme]));
const [agent] = BUILT_IN_AGENTS as readonly [AgentDefinition];
const modelsOf = (fields: Partial<AgentDefinition>) =>
  registry.modelsOf({ ...agent, ...fields }).map(({ ref }) => ref);

describe("the models of an agent", () => {
  it.each<[string, Partial<AgentDefinition>, string[]]>([
    ["names none", {}, ["acme/dear", "acme/plain", "acme/cheap"]],
    ["names some", { models: ["acme/cheap", "offline/offline"] }, ["acme/cheap", "offline/offline"]],
    ["names one that is gone", { models: ["acme/gone", "acme/plain"] }, ["acme/plain"]],
    ["calls tools", { tools: ["current_time"] }, ["acme/dear", "acme/cheap"]],
    ["is to be cheap", { routing: "cheapest", needs: ["tools"] }, ["acme/cheap", "acme/dear"]],
  ])("that %s are those of its list that can serve, in its order", (_, fields, models) => {
    expect(modelsOf(fields)).toEqual(models);
  });

  it("that names only what is gone are none: its data goes nowhere else", () => {
    const stranded = { ...agent, models: ["acme/gone"] };
    expect(registry.findModels(stranded)).toEqual([]);
    expect(() => registry.modelsOf(stranded)).toThrow(
      expect.objectContaining({ reason: "PROVIDERS_EXHAUSTED", metadata: { agent_id: agent.agentId } }),
    );
  });
});
