import {
  ModelCapability,
  ProviderKind,
  type ProviderSchema,
} from "@ameide/proto/ameide/inference/v1/provider_pb.js";
import {
  ListProvidersRequestSchema,
  type ListProvidersRequest,
  type ListProvidersResponseSchema,
} from "@ameide/proto/ameide/inference/v1/provider_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import {
  DEFAULT_PARALLEL,
  type Capability,
  type ProviderConfig,
} from "../../platform/config/provider-config.ts";
import type { Database } from "../../platform/db/database.ts";
import { pageOf } from "../../platform/tokens/page-token.ts";
import { createModelCatalog, OFFLINE_MODEL, type ModelInfo } from "../model-catalog.ts";
import { healthOf } from "./model-health.ts";
import { listHealth, type HealthRow } from "./provider-health-store.ts";

export interface ProviderDeps {
  database: Database;
  providers: readonly ProviderConfig[];
  now: () => Date;
}

/** Executors tell every five seconds; what is older is of one that is gone. */
const FRESH_MILLISECONDS = 20_000;

export async function listProviders(
  deps: ProviderDeps,
  actor: Actor,
  request: ListProvidersRequest,
): Promise<MessageInitShape<typeof ListProvidersResponseSchema>> {
  requireScope(actor, "provider.read");
  const page = pageOf(ListProvidersRequestSchema, request, { default: 20, max: 100, numbered: true });
  const from = page.after ? Number(page.after.sortKey) : 0;
  const since = new Date(deps.now().getTime() - FRESH_MILLISECONDS);
  const rows = await deps.database.systemTransaction((tx) => listHealth(tx, since));
  const all = providersOf(deps.providers, rows).slice(from, from + page.size + 1);
  return {
    providers: all.slice(0, page.size),
    nextPageToken: page.nextToken(all, () => ({ sortKey: String(from + page.size), id: NO_ID })),
  };
}

/** Providers are a short list in memory; the offset alone says where a page starts. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

type ProviderInit = MessageInitShape<typeof ProviderSchema>;

function providersOf(configs: readonly ProviderConfig[], rows: readonly HealthRow[]): ProviderInit[] {
  const infos = createModelCatalog(configs).list();
  const modelsOf = (id: string) =>
    infos.filter(({ provider }) => provider === id).map((info) => modelOf(info, rows));
  if (configs.length === 0) {
    const kind = ProviderKind.BUILT_IN;
    return [{ providerId: OFFLINE_MODEL.provider, kind, models: modelsOf(OFFLINE_MODEL.provider) }];
  }
  return configs
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, kind, mask_pii: masksPii = false, max_parallel: maxParallel = DEFAULT_PARALLEL }) => ({
      providerId: id,
      kind: kind === "openai" ? ProviderKind.OPENAI : ProviderKind.ANTHROPIC,
      masksPii,
      maxParallel,
      models: modelsOf(id),
    }));
}

function modelOf(info: ModelInfo, rows: readonly HealthRow[]) {
  const { ref, price, maxOutputTokens, capabilities, contextTokens = 0 } = info;
  return {
    model: ref,
    maxOutputTokens,
    contextTokens: BigInt(contextTokens),
    capabilities: capabilities.map((capability) => CAPABILITY[capability]),
    ...(price && { price: { inputMicros: BigInt(price.input), outputMicros: BigInt(price.output) } }),
    ...healthOf(rows.filter(({ model }) => model === ref)),
  };
}

const CAPABILITY: Readonly<Record<Capability, ModelCapability>> = {
  tools: ModelCapability.TOOLS,
  vision: ModelCapability.VISION,
  json: ModelCapability.JSON,
  reasoning: ModelCapability.REASONING,
};
