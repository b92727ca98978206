import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Database } from "../platform/db/database.ts";
import { crashingAt, crashMoments } from "../testing/crashing-database.ts";
import { forEachDatabase } from "../testing/databases.ts";
import type { FakeAnswer, FakeRequest } from "../testing/fake-openai-server.ts";
import type { AgentEvent, AgentExecutor } from "./agent-event.ts";
import {
  NOTHING_RESTORED,
  collect,
  createTestExecutor,
  eventsOf,
  requestFor,
  textOf,
} from "../testing/test-executor.ts";
import { startFakeProvider, type FakeProvider } from "../testing/fake-provider.ts";
import { NO_MODELS } from "../testing/no-models.ts";

/** A model that never calls a tool twice in the same way, so that a call made anew shows. */
function answerFreshly({ body }: FakeRequest): FakeAnswer {
  if (body.messages.at(-1)?.role === "tool") return { kind: "text", text: "Done." };
  const query = uuidv7();
  const call = { id: `call_${query}`, name: "look_up_artifact", args: JSON.stringify({ query }) };
  return { kind: "tools", text: "Looking. ", calls: [call] };
}

/** What an attempt tells until it ends, or goes no further after the crash. */
async function eventsUntil(
  crashed: Promise<void>,
  execution: AsyncIterable<AgentEvent>,
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  const reading = (async () => {
    for await (const event of execution) events.push(event);
  })();
  await Promise.race([reading, crashed.then(() => sleep(100))]);
  return events;
}

const MOMENTS = crashMoments(11);

forEachDatabase((opened) => {
  let fake: FakeProvider;
  let database: Database;
  beforeAll(async () => {
    ({ database } = opened());
    fake = await startFakeProvider(database);
    fake.server.otherwise = answerFreshly;
  });
  afterAll(() => fake.close());

  function executorOn(db: Database, queries: string[]): AgentExecutor {
    const findArtifacts = async (_who: unknown, query: string) => {
      queries.push(query);
      return [];
    };
    const createArtifact = async () => "";
    return fake.executorWith({
      database: db,
      tools: { now: () => new Date(0), findArtifacts, createArtifact, models: NO_MODELS },
    });
  }

  describe("a run whose executor dies", () => {
    // Seen to fail when a tool runs before its call is stored (`checkpointed` in tool-node.ts): the call is made anew.
    it.each(MOMENTS)(
      "at the %s. store, %s it took effect, ends as if it had not, and no tool acts for two calls",
      async (n, moment) => {
        const request = fake.requestWith({ agentId: "tools" });
        const queries: string[] = [];
        const crashing = crashingAt(database, n, moment);
        const first = await eventsUntil(
          crashing.crashed,
          executorOn(crashing.database, queries).execute(request),
        );
        const ranInFirst = queries.length;

        const again = executorOn(database, queries).execute({ ...request, attempt: 2 });
        const { events: second, error } = await collect(again);

        expect(error).toBeUndefined();
        expect(new Set(queries).size).toBeLessThanOrEqual(1);
        const [restored] = eventsOf(second, "restored");
        const calls =
          restored?.parts.flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value] : [])) ?? [];
        const done = calls.some(({ state }) => state === ToolCallState.DONE);
        expect({ done, ranAgain: done && queries.length > ranInFirst }).toEqual({ done, ranAgain: false });
        const wentOn = eventsOf(first, "call_started").length === 2;
        expect({ wentOn, stored: done || !wentOn }).toEqual({ wentOn, stored: true });
        expect({ ranInFirst, stored: calls.length >= ranInFirst }).toEqual({ ranInFirst, stored: true });
        const said =
          restored?.parts.map(({ kind }) => (kind.case === "text" ? kind.value.text : "")).join("") ?? "";
        expect(said + textOf(second)).toMatch(/Done\.$/);
      },
    );

    it("after its end has nothing left to do: the whole answer comes back and no model is called", async () => {
      const request = requestFor("echo all of it", {});
      const executor = createTestExecutor(database);
      await collect(executor.execute(request));
      const { events, error } = await collect(executor.execute({ ...request, attempt: 2 }));
      expect(error).toBeUndefined();
      const ended = [{ callId: "1.1", usage: { reported: true } }];
      const parts = [{ kind: { case: "text", value: { text: "all of it" } } }];
      expect(events).toMatchObject([{ type: "restored", parts, ended }]);
    });

    it("before anything was stored starts anew, with call ids of its own", async () => {
      const { events } = await collect(
        createTestExecutor(database).execute(requestFor("echo hi", { attempt: 3 })),
      );
      expect(events.slice(0, 2)).toMatchObject([
        NOTHING_RESTORED,
        { type: "call_started", call: { callId: "3.1" } },
      ]);
      expect(textOf(events)).toBe("hi");
    });

    it("of another tenant is not found", async () => {
      const executor = createTestExecutor(database);
      const request = requestFor("echo secret");
      await collect(executor.execute(request));
      const foreign = requestFor("echo mine", { runId: request.runId, attempt: 2 });
      const { events } = await collect(executor.execute(foreign));
      expect(eventsOf(events, "restored")).toEqual([NOTHING_RESTORED]);
      expect(textOf(events)).toBe("mine");
    });
  });
});
