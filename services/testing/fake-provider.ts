import type { ProviderConfig } from "../platform/config/config.ts";
import type { Database } from "../platform/db/database.ts";
import { startFakeOpenAiServer, type FakeOpenAiServer } from "./fake-openai-server.ts";
import type { AgentExecutor, AgentRequest } from "../execution/agent-event.ts";
import type { AgentExecutorDeps } from "../execution/agent-executor.ts";
import {
  collect,
  createTestExecutor,
  openTestDatabase,
  requestFor,
  type Execution,
} from "./test-executor.ts";

/** An executor whose only provider is a fake one. */
export interface FakeProvider {
  server: FakeOpenAiServer;
  database: Database;
  /** Another executor of the same provider. */
  executorWith(deps: Partial<AgentExecutorDeps>): AgentExecutor;
  requestWith(fields?: Partial<AgentRequest>): AgentRequest;
  /** Executes a run and waits for its end. */
  ask(fields?: Partial<AgentRequest>, baseUrl?: string): Promise<Execution>;
  /** Forgets what was asked and what was to be answered. */
  reset(): void;
  close(): Promise<void>;
}

export const FAKE_KEY = "sk-canary-7f3a";
/** Does not wait long before a retry, and for ever on a busy machine. */
const PATIENT = { retryDelay: 5, longestRetryDelay: 1000 };
/** Where a stall is expected. */
export const IMPATIENT = { ...PATIENT, firstToken: 300, betweenTokens: 300 };

/** On a database of its own unless one is given. */
export async function startFakeProvider(given?: Database): Promise<FakeProvider> {
  const database = given ?? (await openTestDatabase());
  const server = await startFakeOpenAiServer();
  const { otherwise } = server;

  const executorWith = (deps: Partial<AgentExecutorDeps>, baseUrl = server.baseUrl): AgentExecutor =>
    createTestExecutor(database, { providers: [configOf(baseUrl)], patience: PATIENT, ...deps });
  const requestWith = (fields: Partial<AgentRequest> = {}): AgentRequest =>
    requestFor("Say something.", { model: "acme/fake-1", maxOutputTokens: 200, ...fields });

  return {
    server,
    database,
    executorWith,
    requestWith,
    ask: (fields, baseUrl) => collect(executorWith({}, baseUrl).execute(requestWith(fields))),
    reset() {
      server.forget();
      server.otherwise = otherwise;
    },
    async close() {
      await server.close();
      if (!given) await database.close();
    },
  };
}

/** One provider with one model, as it is configured. */
export function configOf(
  baseUrl: string,
  id = "acme",
  fields: Partial<ProviderConfig & ProviderConfig["models"][number]> = {},
): ProviderConfig {
  const { max_parallel, mask_pii, ...ofModel } = fields;
  const price = { input: 1, output: 1 };
  const models = [{ name: "fake-1", price, max_output_tokens: 4096, ...ofModel }];
  const shared = { ...(max_parallel && { max_parallel }), ...(mask_pii && { mask_pii }) };
  return { id, kind: "openai", base_url: baseUrl, api_key: FAKE_KEY, models, ...shared };
}
