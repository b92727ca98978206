import { lacking, type ModelInfo } from "../../inference/index.ts";
import type { Capability } from "../../platform/config/provider-config.ts";
import type { ChatModel, ModelFactory } from "./model-factory.ts";
import type { ModelMiss } from "./providers-exhausted.ts";

/** The models that one execution may use, and how it has fared with them. */
export interface ModelChain {
  /** The models to ask for the next call, best first. */
  inOrder(): readonly ChainLink[];
  /** Asked last in this execution from now on. */
  hasFailed(link: ChainLink): void;
  /** Notes that readers are told of this model; whether they knew of another one. */
  tell(link: ChainLink): boolean;
}

export interface ChainLink {
  ref: string;
  /** Undefined when it is not configured (any more). */
  model: ChatModel | undefined;
  /** The run's own model: without a price it is refused as at admission, where another one is not asked. */
  isFirst: boolean;
}

export interface ChainOptions {
  factory: ModelFactory;
  /** The run's own model: what was promised at its admission. */
  first: string;
  /** The agent's models, best first. */
  models: readonly ModelInfo[];
}

/** The run's model, then the agent's others. The offline model takes nobody's place: it would answer nonsense. */
export function createModelChain({ factory, first, models }: ChainOptions): ModelChain {
  const others = models.map(({ ref }) => ref).filter((ref) => ref !== first && !ref.startsWith("offline/"));
  const links = [first, ...others].map((ref): ChainLink => {
    return { ref, model: factory.find(ref), isFirst: ref === first };
  });
  const failed = new Set<ChainLink>();
  const rank = (link: ChainLink) =>
    (failed.has(link) ? 2 : 0) + (link.model?.slots.hasFree() === false ? 1 : 0);
  let told = first;
  return {
    tell({ ref }) {
      const switched = ref !== told;
      told = ref;
      return switched;
    },
    inOrder: () => links.toSorted((a, b) => rank(a) - rank(b)),
    hasFailed: (link) => void failed.add(link),
  };
}

export interface CallNeeds {
  capabilities: readonly Capability[];
  /** Our count of what goes in. */
  inputTokens: number;
  maxOutputTokens: number;
}

/** Why a model is not asked; undefined when it is. */
export function reasonToSkip(link: ChainLink, needs: CallNeeds): ModelMiss | undefined {
  const { ref, model } = link;
  if (!model) return { ref, what: "is not configured" };
  const { info } = model;
  if (!info.price && !link.isFirst) return { ref, what: "has no price" };
  const lacks = lacking(info, needs.capabilities);
  if (lacks.length > 0) return { ref, what: `does not offer ${lacks.join(" and ")}` };
  const wanted = needs.inputTokens + needs.maxOutputTokens;
  if (info.contextTokens !== undefined && info.contextTokens < wanted)
    return { ref, what: `takes ${info.contextTokens} tokens, not the ${wanted} of this call` };
  const refusal = model.guard.refusal();
  return refusal && { ref, ...refusal };
}
