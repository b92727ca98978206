import { BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { metadataOf } from "../../sdk/ts/src/index.ts";
import {
  startFakeOpenAiServer,
  type FakeAnswer,
  type FakeOpenAiServer,
  type FakeRequest,
} from "./fake-openai-server.ts";
import { startTestServer, type Caller, type TestServer } from "./test-server.ts";

/** What a token of the fake model costs. */
export const MICROS_PER_OUTPUT_TOKEN = 2;
const PRICE = { input: 1_000_000, output: MICROS_PER_OUTPUT_TOKEN * 1_000_000 };

/** A server whose one model answers as its question says: slow, endless, with the clock, or at once. */
export interface BudgetWorld {
  model: FakeOpenAiServer;
  server: TestServer;
  /** A tenant of its own. */
  tenant(): Promise<BudgetTenant>;
  close(): Promise<void>;
}

export interface BudgetTenant {
  user: Caller;
  admin: Caller;
  setDay(limitMicros: number, policy?: ExhaustionPolicy): Promise<unknown>;
  setMonth(limitMicros: number): Promise<unknown>;
  /** What a run holds at its start, told by a refusal; leaves the day's limit at 0. */
  worstCaseOf(run: ReturnType<typeof startOf>): Promise<number>;
  /** Day, then month. */
  status(): Promise<{ limit: number; used: number; reserved: number }[]>;
}

export async function startBudgetWorld(): Promise<BudgetWorld> {
  const model = await startFakeOpenAiServer();
  model.otherwise = answerOf;
  const models = [{ name: "fake", price: PRICE }];
  const provider = { id: "fake", kind: "openai", base_url: model.baseUrl, api_key: "k", models };
  const server = await startTestServer({ MODEL_PROVIDERS: JSON.stringify([provider]) });
  return {
    model,
    server,
    tenant: () => tenantOf(server),
    async close() {
      await server.stop();
      await model.close();
    },
  };
}

export const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });

export const startOf = (text: string, fields: { agentId?: string; chatId?: string } = {}) => ({
  requestId: crypto.randomUUID(),
  messages: [saying(text)],
  options: { maxOutputTokens: 100 },
  ...fields,
});

/** So long that it takes several slices, and every word says its place. */
const PACED = Array.from({ length: 300 }, (_, i) => `word${i} `).join("");

function answerOf({ body }: FakeRequest): FakeAnswer {
  const asked = String(body.messages.at(-1)?.content ?? "");
  if (asked.includes("slow")) return { kind: "text", text: "tick ".repeat(500), millisecondsPerPiece: 50 };
  if (asked.includes("paced")) return { kind: "text", text: PACED, millisecondsPerPiece: 2 };
  if (asked.includes("endless")) return { kind: "endless", word: "more" };
  if (asked.includes("clock"))
    return { kind: "tools", calls: [{ id: "c1", name: "current_time", args: "{}" }] };
  return { kind: "text", text: "All done." };
}

async function tenantOf(server: TestServer): Promise<BudgetTenant> {
  const user = await server.as();
  const admin = await user.colleague("admin");
  const set = (window: BudgetWindow, limit: number, exhaustionPolicy = ExhaustionPolicy.STOP) =>
    admin.budgets.setBudget({ window, limitMicros: BigInt(limit), exhaustionPolicy });
  return {
    user,
    admin,
    setDay: (limit, policy) => set(BudgetWindow.DAY, limit, policy),
    setMonth: (limit) => set(BudgetWindow.MONTH, limit),
    async worstCaseOf(run) {
      await set(BudgetWindow.DAY, 0);
      const refused: unknown = await user.inference.startRun(run).catch((error: unknown) => error);
      return Number(metadataOf(refused)?.["wanted_micros"]);
    },
    async status() {
      const { budgets } = await user.budgets.getBudget({});
      return budgets.map(({ limitMicros, usedMicros, reservedMicros, remainingMicros }) => {
        const left = limitMicros - usedMicros - reservedMicros;
        if (remainingMicros !== (left > 0n ? left : 0n)) throw new Error("a budget does not add up");
        return { limit: Number(limitMicros), used: Number(usedMicros), reserved: Number(reservedMicros) };
      });
    },
  };
}
