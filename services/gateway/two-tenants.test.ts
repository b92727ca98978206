import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mintRun } from "../testing/sample-world.ts";
import type { SampleIds } from "../testing/sample-requests.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

const REQUESTS = 10_000;
const AT_A_TIME = 100;
/** One request in so many writes. */
const WRITES = 100;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Side {
  me: Caller;
  ids: SampleIds;
  /** Everything that names the other tenant. */
  never: string[];
}

/** One request of a kind that `n` picks; resolves to all that came back. */
async function ask({ me, ids }: Side, n: number): Promise<unknown> {
  if (n % WRITES === 0) return me.chatCommands.createChat({ title: `of ${me.userId}`, requestId: uuidv7() });
  switch (n % 20) {
    case 0:
      return me.chatQueries.listChats({ pageSize: 5 });
    case 1:
      return me.chatQueries.getMessages({ chatId: ids.chatId });
    case 2:
      return me.artifactQueries.getArtifact({ artifactId: ids.artifactId });
    case 3:
      return me.inference.getRun({ runId: ids.runId });
    case 4:
      return me.artifactQueries.listArtifacts({ pageSize: 5 });
    default:
      return me.chatQueries.getChat({ chatId: ids.chatId });
  }
}

const textOf = (answer: unknown) =>
  JSON.stringify(answer, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));

it("10,000 interleaved requests of two tenants never cross", { timeout: 90_000 }, async () => {
  const mine = await Promise.all(
    [1, 2].map(async () => {
      const me = await server.as();
      const ids = await mintRun(me, `secret-of-${me.userId}`);
      return { me, ids };
    }),
  );
  const namesOf = ({ me, ids }: Omit<Side, "never">) => [me.userId, me.tenantId, ...Object.values(ids)];
  const sides = mine.map((side, index) => ({
    ...side,
    never: mine.flatMap((s, i) => (i === index ? [] : namesOf(s))),
  }));
  let next = 0;
  let answered = 0;
  const crossings: string[] = [];
  const worker = async () => {
    for (let n = next++; n < REQUESTS; n = next++) {
      const side = sides[n % 2];
      if (!side) return;
      const text = textOf(await ask(side, n >> 1));
      answered += 1;
      crossings.push(...side.never.filter((name) => text.includes(name)));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  expect([answered, crossings]).toEqual([REQUESTS, []]);
  for (const { me } of sides) {
    const { chats, totalCount } = await me.chatQueries.listChats({ pageSize: 100 });
    expect(new Set(chats.map((chat) => chat.userId))).toEqual(new Set([me.userId]));
    expect(totalCount).toBe(REQUESTS / 2 / WRITES + 1);
  }
});
