import type { Capability } from "../platform/config/provider-config.ts";
import type { ModelInfo } from "./model-catalog.ts";

/** What an agent asks of its models. */
export interface ModelNeeds {
  capabilities: readonly Capability[];
  /** "order": as they are configured; "cheapest": by price, and as configured where it is the same. */
  routing: "order" | "cheapest";
}

type Models = readonly [ModelInfo, ...ModelInfo[]];

/** The models that can serve, best first. Where none can, all: whoever executes the run says what they lack. */
export function routeModels(models: Models, { capabilities, routing }: ModelNeeds): Models {
  const able = models.filter((model) => lacking(model, capabilities).length === 0);
  const [first, ...rest] = routing === "cheapest" ? able.toSorted((a, b) => costOf(a) - costOf(b)) : able;
  return first ? [first, ...rest] : models;
}

/** The capabilities that a model would need and has not. */
export const lacking = (model: ModelInfo, needed: readonly Capability[]): Capability[] =>
  needed.filter((capability) => !model.capabilities.includes(capability));

/** A model without a price is refused, so it comes last. Agents read about three times what they write. */
const costOf = ({ price }: ModelInfo): number => (price ? 3 * price.input + price.output : Infinity);
