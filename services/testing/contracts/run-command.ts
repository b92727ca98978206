import { create, toBinary } from "@bufbuild/protobuf";
import {
  ArtifactCommandService,
  CreateArtifactRequestSchema,
  type CreateArtifactRequest,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import type { Actor } from "../../platform/auth/actor.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import { sweepRequestLog } from "../../platform/command/request-log-store.ts";
import type { Tx } from "../../platform/db/database.ts";
import { StreamVersionConflict } from "../../platform/event-store/event-store.ts";
import type { GivenDatabase } from "../databases.ts";
import { CAUSE, eventFixture, titled } from "./event-fixture.ts";

const METHOD = ArtifactCommandService.method.createArtifact;
const HOUR = 3_600_000;

const someone = (): Actor => ({
  tenantId: uuidv7(),
  userId: "alice",
  roles: ["editor"],
  teams: [],
  traceId: "",
});

/** What every command relies on. */
export function runCommandContract(given: GivenDatabase): void {
  const { events } = eventFixture(() => given().database);
  let now = new Date("2026-03-01T10:00:00Z");

  const request = (fields: Partial<CreateArtifactRequest> = {}) => {
    const { $typeName: _, ...init } = fields;
    return create(CreateArtifactRequestSchema, { requestId: uuidv7(), title: "T", kind: "bpmn", ...init });
  };
  /** A command whose answer names how often it was executed. */
  function counting() {
    const runs = { count: 0 };
    const work = async () => {
      runs.count += 1;
      return { artifact: { title: `execution ${runs.count}` } };
    };
    return { runs, work };
  }
  const run = (
    actor: Actor,
    sent: CreateArtifactRequest,
    work: (tx: Tx) => Promise<{ artifact: { title: string } }>,
  ) => runCommand({ database: given().database, now: () => now }, actor, METHOD, sent, work);

  describe("the same request again", () => {
    it("gets the first answer, and nothing is done again", async () => {
      const [actor, sent, { runs, work }] = [someone(), request(), counting()];
      const first = await run(actor, sent, work);
      const second = await run(actor, sent, work);
      expect(first.artifact?.title).toBe("execution 1");
      expect(toBinary(METHOD.output, second)).toEqual(toBinary(METHOD.output, first));
      expect(runs.count).toBe(1);
    });

    it("ten times at once is done once, and all get its answer", async () => {
      const [actor, sent, { runs, work }] = [someone(), request(), counting()];
      const slow = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return work();
      };
      const answers = await Promise.all(Array.from({ length: 10 }, () => run(actor, sent, slow)));
      expect(new Set(answers.map(({ artifact }) => artifact?.title))).toEqual(new Set(["execution 1"]));
      expect(runs.count).toBe(1);
    });

    it("is the same when a map arrives in another order", async () => {
      const [actor, sent, { runs, work }] = [someone(), request({ labels: { a: "1", b: "2" } }), counting()];
      await run(actor, sent, work);
      await run(actor, request({ ...sent, labels: { b: "2", a: "1" } }), work);
      expect(runs.count).toBe(1);
    });

    it.each([
      ["another value", { title: "other" }],
      ["a label more", { labels: { a: "1" } }],
      ["the same text in another field", { title: "bpmn", kind: "T" }],
    ])("with %s is refused", async (_, change) => {
      const [actor, sent, { runs, work }] = [someone(), request(), counting()];
      await run(actor, sent, work);
      const other = run(actor, request({ ...sent, ...change }), work);
      await expect(other).rejects.toMatchObject({
        reason: "REQUEST_ID_REUSED",
        metadata: { request_id: sent.requestId },
      });
      expect(runs.count).toBe(1);
    });

    it("to another method is refused", async () => {
      const [actor, sent, { work }] = [someone(), request(), counting()];
      await run(actor, sent, work);
      const renamed = { requestId: sent.requestId, artifactId: uuidv7(), title: "T" };
      const other = runCommand(
        { database: given().database, now: () => now },
        actor,
        ArtifactCommandService.method.renameArtifact,
        create(ArtifactCommandService.method.renameArtifact.input, renamed),
        async () => ({}),
      );
      await expect(other).rejects.toMatchObject({ reason: "REQUEST_ID_REUSED" });
    });

    it.each([
      ["another user", (actor: Actor) => ({ ...actor, userId: "bob" })],
      ["another tenant", (actor: Actor) => ({ ...actor, tenantId: uuidv7() })],
    ])("of %s is another request", async (_, other) => {
      const [actor, sent, { runs, work }] = [someone(), request(), counting()];
      await run(actor, sent, work);
      await run(other(actor), sent, work);
      expect(runs.count).toBe(2);
    });

    it("without a request id is done again", async () => {
      const [actor, sent, { runs, work }] = [someone(), request({ requestId: "" }), counting()];
      await run(actor, sent, work);
      await run(actor, sent, work);
      expect(runs.count).toBe(2);
    });
  });

  describe("a command that fails", () => {
    it("leaves its request id free and nothing behind", async () => {
      const [actor, sent, { runs, work }] = [someone(), request(), counting()];
      const failing = run(actor, sent, async (tx) => {
        await events.append(tx, [{ streamId: "s", expectedVersion: 0, events: titled("a") }], CAUSE);
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await events.read(given().database.reader(actor.tenantId), "s")).toEqual([]);
      await run(actor, sent, work);
      expect(runs.count).toBe(1);
    });
  });

  describe("losing against another writer", () => {
    it("starts over until it wins", async () => {
      const actor = someone();
      let tries = 0;
      const answer = await run(actor, request(), async () => {
        tries += 1;
        if (tries < 4) throw new StreamVersionConflict(["s"]);
        return { artifact: { title: "won" } };
      });
      expect([answer.artifact?.title, tries]).toEqual(["won", 4]);
    });

    it("is given up after a few tries, with its request id free", async () => {
      const [actor, sent, { runs, work }] = [someone(), request(), counting()];
      let tries = 0;
      const losing = run(actor, sent, () => {
        tries += 1;
        return Promise.reject(new StreamVersionConflict(["s"]));
      });
      await expect(losing).rejects.toMatchObject({ reason: "CONTENTION" });
      expect(tries).toBeLessThan(20);
      await run(actor, sent, work);
      expect(runs.count).toBe(1);
    });

    it("five writers on one stream all get their event in, one behind the other", async () => {
      const actor = someone();
      const add = (title: string) =>
        run(actor, request(), async (tx) => {
          const { length } = await events.read(tx, "s");
          await events.append(tx, [{ streamId: "s", expectedVersion: length, events: titled(title) }], CAUSE);
          return { artifact: { title } };
        });
      await Promise.all(["a", "b", "c", "d", "e"].map(add));
      const stored = await events.read(given().database.reader(actor.tenantId), "s");
      expect(stored.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    });
  });

  describe("sweeping the answers", () => {
    it("takes what is old, of all tenants, and nothing else", async () => {
      const { runs, work } = counting();
      const [old, young] = [someone(), someone()];
      const [oldSent, youngSent] = [request(), request()];
      await run(old, oldSent, work);
      now = new Date(now.getTime() + 49 * HOUR);
      await run(young, youngSent, work);
      const sweep = () =>
        given().database.systemTransaction((tx) => sweepRequestLog(tx, new Date(now.getTime() - 48 * HOUR)));
      expect(await sweep()).toBeGreaterThan(0);
      expect(await sweep()).toBe(0);
      expect(runs.count).toBe(2);
      await run(young, youngSent, work);
      expect(runs.count).toBe(2);
      await run(old, oldSent, work);
      expect(runs.count).toBe(3);
    });

    it.each([
      "INSERT INTO request_log (tenant_id, user_id, request_id, request_hash) VALUES (gen_random_uuid(), 'x', gen_random_uuid(), '')",
      "UPDATE request_log SET response = ''",
      "SELECT * FROM chats",
      "SELECT * FROM chat_messages",
      "SELECT * FROM artifacts",
      "SELECT * FROM budgets",
      "INSERT INTO events (tenant_id, stream_id, stream_version, type, data, metadata) VALUES (gen_random_uuid(), 's', 1, 't', '', '')",
      "INSERT INTO run_leases (tenant_id, run_id) VALUES (gen_random_uuid(), gen_random_uuid())",
      "DELETE FROM run_leases",
    ])("is all that the system role may do there; not: %s", async (text) => {
      const work = given().database.systemTransaction((tx) => tx.query(text, []));
      await expect(work).rejects.toMatchObject({ code: "42501" });
    });
  });
}
