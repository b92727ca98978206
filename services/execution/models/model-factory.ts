import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { createModelCatalog, OFFLINE_MODEL, type ModelInfo } from "../../inference/index.ts";
import {
  DEFAULT_PARALLEL,
  type ModelConfig,
  type ProviderConfig,
} from "../../platform/config/provider-config.ts";
import { createCallSlots, type CallSlots } from "./call-slots.ts";
import { createModelGuard, type ModelGuard } from "./model-guard.ts";
import { OfflineModel } from "./offline-model.ts";
import { patienceOf, type Patience } from "./patience.ts";
import { createProviderClient } from "./provider-client.ts";

/** A model that runs can call, with what is known of it in this process. */
export interface ChatModel {
  /** "provider/model". */
  ref: string;
  info: ModelInfo;
  patience: Patience;
  guard: ModelGuard;
  /** Shared by the models of its provider. */
  slots: CallSlots;
  /** Whether personal data is kept from its provider. */
  masksPii: boolean;
  /** A client for calls with this limit. */
  client(maxOutputTokens: number): BaseChatModel;
}

export interface ModelFactory {
  /** Undefined when no provider of that name is configured (any more). */
  find(ref: string): ChatModel | undefined;
  /** The configured ones, or the offline model where none is. */
  list(): readonly ChatModel[];
}

interface ModelFactoryOptions {
  providers: readonly ProviderConfig[];
  /** 0: as fast as possible. */
  offlineTokensPerSecond: number;
  patience: Patience;
}

/** Callers choose output limits, and each limit is a client of its own. */
const MOST_CLIENTS = 16;

export function createModelFactory(options: ModelFactoryOptions): ModelFactory {
  const { providers, patience, offlineTokensPerSecond: tokensPerSecond } = options;
  const infos = new Map(
    createModelCatalog(providers)
      .list()
      .map((info) => [info.ref, info]),
  );
  const configured = providers.flatMap((provider) => modelsOf(provider, patience, infos));
  const offline: ChatModel = {
    ref: OFFLINE_MODEL.ref,
    info: OFFLINE_MODEL,
    patience,
    guard: createModelGuard(patience),
    slots: createCallSlots(Infinity),
    masksPii: false,
    client: remembered((maxOutputTokens) => new OfflineModel({ maxOutputTokens, tokensPerSecond })),
  };
  const byRef = new Map([...configured, offline].map((model) => [model.ref, model]));
  return { find: (ref) => byRef.get(ref), list: () => (configured.length > 0 ? configured : [offline]) };
}

function modelsOf(
  provider: ProviderConfig,
  patience: Patience,
  infos: ReadonlyMap<string, ModelInfo>,
): ChatModel[] {
  const slots = createCallSlots(provider.max_parallel ?? DEFAULT_PARALLEL);
  return provider.models.flatMap((model: ModelConfig) => {
    const ref = `${provider.id}/${model.name}`;
    const info = infos.get(ref);
    if (!info) return [];
    const client = remembered((maxTokens) => createProviderClient(provider, model.name, maxTokens));
    const guard = createModelGuard(patience);
    const masksPii = provider.mask_pii ?? false;
    return [{ ref, info, patience: patienceOf(patience, model), guard, slots, masksPii, client }];
  });
}

/** Keeps the latest few. */
function remembered(create: (limit: number) => BaseChatModel): (limit: number) => BaseChatModel {
  const clients = new Map<number, BaseChatModel>();
  return (limit) => {
    const known = clients.get(limit);
    if (known) return known;
    const created = create(limit);
    const [oldest] = clients.keys();
    if (clients.size >= MOST_CLIENTS && oldest !== undefined) clients.delete(oldest);
    clients.set(limit, created);
    return created;
  };
}
