import { describe, expect, it } from "vitest";
import type { Capability } from "../platform/config/provider-config.ts";
import type { ModelInfo } from "./model-catalog.ts";
import { lacking, routeModels } from "./route-models.ts";

const model = (ref: string, price: ModelInfo["price"], ...capabilities: Capability[]): ModelInfo => ({
  ref,
  provider: "p",
  name: ref,
  maxOutputTokens: 100,
  price,
  capabilities,
  contextTokens: undefined,
});

const dear = model("dear", { input: 10, output: 10 }, "tools", "vision");
const cheap = model("cheap", { input: 1, output: 5 }, "tools");
const same = model("same", { input: 1, output: 5 }, "vision");
const free = model("free", undefined, "tools", "vision");

const route = (routing: "order" | "cheapest", ...capabilities: Capability[]) =>
  routeModels([dear, cheap, same, free], { capabilities, routing }).map(({ ref }) => ref);

describe("the models of an agent", () => {
  it("come in the order of the configuration, those only that can do what it needs", () => {
    expect(route("order")).toEqual(["dear", "cheap", "same", "free"]);
    expect(route("order", "tools", "vision")).toEqual(["dear", "free"]);
  });

  it("come by price where it wants the cheapest; one without a price comes last", () => {
    expect(route("cheapest")).toEqual(["cheap", "same", "dear", "free"]);
    expect(route("cheapest", "vision")).toEqual(["same", "dear", "free"]);
  });

  it("are all where none can, for the run to say what they lack", () => {
    expect(route("cheapest", "reasoning")).toEqual(["dear", "cheap", "same", "free"]);
    expect(lacking(cheap, ["vision", "tools", "reasoning"])).toEqual(["vision", "reasoning"]);
  });
});
