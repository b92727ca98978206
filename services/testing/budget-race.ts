import { BudgetWindow, type UsageEntry } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { reasonOf } from "../../sdk/ts/src/index.ts";
import { MICROS_PER_OUTPUT_TOKEN, startOf } from "./budget-world.ts";
import { createRunLine, readInto, type RunLine } from "./run-line.ts";
import type { Clients } from "./test-server.ts";

/** What many do at the same moment on one budget, over as many gateways as there are clients. */
export interface BudgetRace {
  /** The same person's, each at a gateway; runs are started at all of them in turn. */
  clients: readonly Clients[];
  /** An admin's of the same tenant. */
  admin: Clients;
  runs: number;
  /** The tenant's for the day. */
  limitMicros: number;
  random: () => number;
}

export interface RaceResult {
  lines: RunLine[];
  /** Reasons of those that were not admitted. */
  refused: (string | undefined)[];
  entries: UsageEntry[];
  usedMicros: number;
  reservedMicros: number;
  /** The most that a stopped call may have said beyond what was held, over all runs. */
  boundMicros: number;
}

const OPTIONS = { maxOutputTokens: 900 };
/** What a provider may still have sent when it was stopped. */
const TOKENS_ON_THEIR_WAY = 64;

/** Every third run is cancelled at a moment of its own; the others end by themselves or by the budget. */
export async function raceOnBudget({
  clients,
  admin,
  runs,
  limitMicros,
  random,
}: BudgetRace): Promise<RaceResult> {
  await admin.budgets.setBudget({ window: BudgetWindow.DAY, limitMicros: BigInt(limitMicros) });
  const refused: (string | undefined)[] = [];
  const plans = Array.from({ length: runs }, (_, i) => ({
    client: clientAt(clients, i),
    cancelAt: i % 3 === 0 ? Math.floor(random() * 60) : Infinity,
  }));
  const ended = await Promise.all(
    plans.map(async ({ client, cancelAt }) => {
      const line = createRunLine();
      const run = { ...startOf("paced"), options: OPTIONS };
      try {
        return await readInto(line, client.inference.generate({ run }), ({ frames }) => {
          const runId = frames[0]?.runId ?? "";
          if (frames.length === cancelAt) void client.inference.cancelRun({ runId }).catch(() => undefined);
          return true;
        });
      } catch (error) {
        refused.push(reasonOf(error));
        return undefined;
      }
    }),
  );
  const lines = ended.filter((line) => line !== undefined);
  const [day] = (await admin.budgets.getBudget({})).budgets;
  return {
    lines,
    refused,
    entries: await allEntries(admin),
    usedMicros: Number(day?.usedMicros),
    reservedMicros: Number(day?.reservedMicros),
    boundMicros: lines.length * TOKENS_ON_THEIR_WAY * MICROS_PER_OUTPUT_TOKEN,
  };
}

function clientAt(clients: readonly Clients[], i: number): Clients {
  const client = clients[i % clients.length];
  if (!client) throw new TypeError("a race needs a client");
  return client;
}

async function allEntries({ budgets }: Clients): Promise<UsageEntry[]> {
  const entries: UsageEntry[] = [];
  let pageToken = "";
  do {
    const page = await budgets.listUsage({ pageSize: 200, pageToken });
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return entries;
}
