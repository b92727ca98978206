import { ChatAnthropic } from "@langchain/anthropic";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { ChatOpenAI } from "@langchain/openai";
import type { ProviderConfig } from "../../platform/config/config.ts";
import { fetchLimited } from "./limited-fetch.ts";

/** The LangChain client of a configured provider. It neither retries nor logs: model-stream.ts retries. */
export function createProviderClient(
  provider: ProviderConfig,
  model: string,
  maxTokens: number,
): BaseChatModel {
  const { kind, api_key: apiKey, base_url: baseURL } = provider;
  const client = { fetch: fetchLimited, logLevel: "off" as const };
  if (kind === "anthropic") {
    return new ChatAnthropic({
      apiKey,
      model,
      maxTokens,
      streamUsage: true,
      maxRetries: 0,
      clientOptions: { ...client, maxRetries: 0, ...(baseURL !== undefined && { baseURL }) },
    });
  }
  return new ChatOpenAI({
    apiKey,
    model,
    maxTokens,
    streamUsage: true,
    maxRetries: 0,
    configuration: { ...client, ...(baseURL !== undefined && { baseURL }) },
  });
}
