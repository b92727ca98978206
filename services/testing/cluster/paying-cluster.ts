import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import {
  BudgetScope,
  BudgetWindow,
  ExhaustionPolicy,
  type UsageEntry,
} from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { createClient, type Client, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { v7 as uuidv7 } from "uuid";
import type { Role } from "../../platform/auth/scopes.ts";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";
import {
  startFakeOpenAiServer,
  type FakeAnswer,
  type FakeCall,
  type FakeOpenAiServer,
} from "../fake-openai-server.ts";
import { saying } from "../messages.ts";
import { startTokenIssuer } from "../token-issuer.ts";
import { startTestCluster, type TestCluster, type TestClusterPlan } from "./test-cluster.ts";

/** What a million tokens of each model cost; odd, so that hardly any call costs a whole number of micro-units. */
const PRICES = {
  first: { input: 1_300_000, output: 2_700_000 },
  spare: { input: 700_000, output: 3_100_000 },
};

/** By the name that a provider knows its model by; the same as the provider's own. */
export function costOf(model: string, tokens: { inputTokens: number; outputTokens: number }): number {
  const { input, output } = model === "spare" ? PRICES.spare : PRICES.first;
  return Math.ceil((tokens.inputTokens * input + tokens.outputTokens * output) / 1e6);
}

/** A cluster whose models are a loopback provider's, which keeps a bill of its own. */
export interface PayingCluster {
  cluster: TestCluster;
  provider: FakeOpenAiServer;
  /** How the provider answers whoever names the subject: the first request, the second and so on. */
  answer(subject: string, how: (nth: number) => FakeAnswer): void;
  /** The calls that the provider took on a subject, in the order of their arrival. */
  callsOn(subject: string): FakeCall[];
  /** Somebody in a tenant that nobody else has. */
  payer(): Promise<Payer>;
  remove(): Promise<void>;
}

/** One person, and an admin of the same tenant, at each of the gateways. */
export interface Payer {
  at: readonly Desk[];
  /** The person's own budget of money, without a window, so that no midnight changes it. */
  limit(limitMicros: bigint, exhaustionPolicy?: ExhaustionPolicy): Promise<void>;
  ownBudget(gateway?: number): Promise<{ used: number; reserved: number }>;
  /** All bookings of the tenant, or those of a run, oldest first. */
  ledger(runId?: string): Promise<UsageEntry[]>;
  leave(): void;
}

export interface Desk {
  /** Of the person. */
  transport: Transport;
  inference: Client<typeof InferenceService>;
  budgets: Client<typeof BudgetService>;
  admin: Client<typeof BudgetService>;
}

/** Two gateways and two executors, unless told otherwise. */
export async function startPayingCluster(plan: TestClusterPlan = {}): Promise<PayingCluster> {
  await using opened = new AsyncDisposableStack();
  const provider = opened.adopt(await startFakeOpenAiServer(), (server) => server.close());
  const issuer = opened.adopt(await startTokenIssuer(), (server) => server.close());
  // Two of them, so that one may fail.
  const providers = Object.entries(PRICES).map(([id, price]) => {
    const models = [{ name: id, price, max_output_tokens: 4096 }];
    return { id, kind: "openai", base_url: provider.baseUrl, api_key: "k", models };
  });
  const env = {
    LOG_LEVEL: "error",
    MODEL_PROVIDERS: JSON.stringify(providers),
    OIDC_ISSUERS: JSON.stringify([{ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }]),
    ...plan.env,
  };
  const cluster = opened.adopt(
    await startTestCluster({ gateways: 2, executors: 2, workers: 0, ...plan, env }),
    (started) => started.remove(),
  );
  const answers = answerBySubject(provider);
  const kept = opened.move();
  return {
    cluster,
    provider,
    ...answers,
    async payer() {
      const tenantId = uuidv7();
      const sign = (userId: string, role: Role) => issuer.sign({ tenantId, userId, roles: [role] });
      const tokens = { user: await sign("payer", "editor"), admin: await sign("root", "admin") };
      return payerAt(
        cluster.gateways.map(({ baseUrl }) => baseUrl),
        tokens,
      );
    },
    remove: () => kept.disposeAsync(),
  };
}

/** A question on a subject, small enough for every budget that is meant to admit it. */
export const startOn = (subject: string, maxOutputTokens: number) => ({
  requestId: uuidv7(),
  messages: [saying(`on ${subject}`)],
  options: { maxOutputTokens },
});

function answerBySubject(provider: FakeOpenAiServer): Pick<PayingCluster, "answer" | "callsOn"> {
  const hows = new Map<string, { how: (nth: number) => FakeAnswer; asked: number }>();
  provider.otherwise = ({ body }) => {
    const plan = hows.get(subjectOf(body));
    return plan ? plan.how((plan.asked += 1)) : { kind: "status", status: 400 };
  };
  return {
    answer: (subject, how) => void hows.set(subject, { how, asked: 0 }),
    callsOn: (subject) => provider.calls.filter(({ request }) => subjectOf(request.body) === subject),
  };
}

const subjectOf = ({ messages }: FakeCall["request"]["body"]): string => {
  const asked = messages.findLast(({ role }) => role === "user")?.content;
  return /^on (\S+)/.exec(String(asked))?.[1] ?? "";
};

function payerAt(gateways: readonly string[], tokens: { user: string; admin: string }): Payer {
  const connections = gateways.map((baseUrl) => new Http2SessionManager(baseUrl));
  const at = gateways.map((baseUrl, i): Desk => {
    const transportOf = (token: string) => {
      const authorize: Interceptor = (next) => (req) => {
        req.header.set("authorization", `Bearer ${token}`);
        return next(req);
      };
      const sessionManager = connections[i] ?? new Http2SessionManager(baseUrl);
      return createConnectTransport({ baseUrl, httpVersion: "2", sessionManager, interceptors: [authorize] });
    };
    const user = transportOf(tokens.user);
    return {
      transport: user,
      inference: createClient(InferenceService, user),
      budgets: createClient(BudgetService, user),
      admin: createClient(BudgetService, transportOf(tokens.admin)),
    };
  });
  const desk = (gateway: number): Desk => {
    const found = at[gateway % at.length];
    if (!found) throw new Error("there is no gateway");
    return found;
  };
  const own = { scope: BudgetScope.USER, scopeId: "payer", window: BudgetWindow.TOTAL };
  return {
    at,
    limit: async (limitMicros, exhaustionPolicy = ExhaustionPolicy.STOP) =>
      void (await desk(0).admin.setBudget({ ...own, limitMicros, exhaustionPolicy })),
    async ownBudget(gateway = 0) {
      const { budgets } = await desk(gateway).admin.listBudgets({ scope: own.scope, scopeId: own.scopeId });
      const [budget] = budgets;
      return { used: Number(budget?.used), reserved: Number(budget?.reserved) };
    },
    ledger: (runId = "") => wholeLedger(desk(1).admin, runId),
    leave: () => connections.forEach((connection) => connection.abort()),
  };
}

async function wholeLedger(admin: Desk["admin"], runId: string): Promise<UsageEntry[]> {
  const entries: UsageEntry[] = [];
  let pageToken = "";
  do {
    const page = await admin.listUsage({ runId, pageSize: 200, pageToken });
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return entries.toReversed();
}

const WORDS = "one two three four five six seven eight nine ten red green blue black white grey".split(" ");

/** A text of so many words, each of one token, in an order of its own. */
export function textOf(words: number, random: () => number): string {
  const picked = Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)] ?? "");
  return picked.map((word) => ` ${word}`).join("");
}

if (WORDS.some((word) => countTokens(` ${word}`) !== 1)) throw new Error("a word is not one token");

/** How many tokens such a text has. */
export const tokensOf = (text: string): number => text.match(/\S+/g)?.length ?? 0;
