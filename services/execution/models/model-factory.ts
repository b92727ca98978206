import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { OFFLINE_MODEL } from "../../inference/index.ts";
import type { ProviderConfig } from "../../platform/config/config.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { OfflineModel } from "./offline-model.ts";
import { createProviderClient } from "./provider-client.ts";

/** A model that a run can call. */
export interface ChatModel {
  /** "provider/model". */
  ref: string;
  provider: string;
  client: BaseChatModel;
}

export interface ModelFactory {
  /** Throws PROVIDERS_EXHAUSTED when no provider of that name is configured (any more). */
  createChatModel(ref: string, options: { maxOutputTokens: number }): ChatModel;
}

interface ModelFactoryOptions {
  providers: readonly ProviderConfig[];
  /** 0: as fast as possible. */
  offlineTokensPerSecond: number;
}

/** Callers choose output limits, and each limit is a client of its own. */
const MOST_CLIENTS = 64;

export function createModelFactory({ providers, offlineTokensPerSecond }: ModelFactoryOptions): ModelFactory {
  const models = new Map<string, ChatModel>();

  function clientOf(ref: string, maxOutputTokens: number): { provider: string; client: BaseChatModel } {
    if (ref === OFFLINE_MODEL.ref) {
      const client = new OfflineModel({ maxOutputTokens, tokensPerSecond: offlineTokensPerSecond });
      return { provider: OFFLINE_MODEL.provider, client };
    }
    const provider = providers.find(({ id }) => ref.startsWith(`${id}/`));
    if (!provider) {
      throw new AppError("PROVIDERS_EXHAUSTED", `no provider for the model ${ref} is configured`, {
        metadata: { model: ref },
      });
    }
    const name = ref.slice(provider.id.length + 1);
    return { provider: provider.id, client: createProviderClient(provider, name, maxOutputTokens) };
  }

  return {
    createChatModel(ref, { maxOutputTokens }) {
      const key = `${ref} ${maxOutputTokens}`;
      const known = models.get(key);
      if (known) return known;
      const created: ChatModel = { ref, ...clientOf(ref, maxOutputTokens) };
      const [oldest] = models.keys();
      if (models.size >= MOST_CLIENTS && oldest !== undefined) models.delete(oldest);
      models.set(key, created);
      return created;
    },
  };
}
