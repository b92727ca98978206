import { GraphPatchSchema, PatchStatus } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { InterruptAnswerSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { DiagnosticSchema, Severity } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../platform/db/database.ts";
import { NO_MODELS } from "../testing/no-models.ts";
import {
  collect,
  createTestExecutor,
  eventsOf,
  openTestDatabase,
  requestFor,
  textOf,
} from "../testing/test-executor.ts";
import type { FoundElement, ModelPorts, PatchOutcome } from "./model-ports.ts";

const RECEIVE: FoundElement = {
  id: "Task_1",
  type: "task",
  name: "Receive order",
  parentId: "Process_1",
  incoming: ["Flow_1"],
  outgoing: ["Flow_2"],
};
const ADD = `Add a task "Check credit" after "Receive order" and connect it`;

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** A model of one task; remembers what was proposed and decided. */
function world(models: Partial<ModelPorts> = {}) {
  const proposed = new Map<string, readonly GraphOperation[]>();
  const decided: { approved: boolean; approver: string | undefined }[] = [];
  const patchOf = (status: PatchStatus) =>
    create(GraphPatchSchema, { patchId: "p-1", title: "Add Check credit", status, appliedVersion: 3n });
  const ports: ModelPorts = {
    ...NO_MODELS,
    artifactOfChat: async () => ({ artifactId: "a-1", title: "Order", kind: "bpmn" }),
    find: async (_modeler, { text }) => (RECEIVE.name.includes(text) ? [RECEIVE] : []),
    propose: async (_modeler, key, makeUp) => {
      const change = await makeUp();
      if (!change) return undefined;
      const { operations } = change;
      proposed.set(key, operations);
      return {
        ok: true,
        patch: patchOf(PatchStatus.PROPOSED),
        summary: ["Adds the task “Check credit”"],
        mayApplyAlone: false,
      };
    },
    decide: async (_modeler, { approved, approver }) => {
      decided.push({ approved, approver });
      return { ok: true, patch: patchOf(approved ? PatchStatus.APPLIED : PatchStatus.REJECTED) };
    },
    ...models,
  };
  const tools = {
    now: () => new Date(0),
    findArtifacts: async () => [],
    createArtifact: async () => "",
    models: ports,
  };
  return { executor: createTestExecutor(database, { tools }), proposed, decided };
}

const ask = (text: string) => requestFor(text, { agentId: "bpmn", agentVersion: "1", chatId: "chat" });
const confirm = (approved: boolean, comment = "") =>
  create(InterruptAnswerSchema, { answer: { case: "confirm", value: { approved, comment } } });

describe("the BPMN agent with the offline model", () => {
  it("looks the element up, proposes an insertion, waits for a person, and tells what came of it", async () => {
    const { executor, proposed, decided } = world();
    const request = ask(ADD);
    const first = await collect(executor.execute(request));
    expect(first.error).toBeUndefined();
    const [question] = eventsOf(first.events, "interrupted");
    expect(question?.interrupt).toMatchObject({
      patchId: "p-1",
      prompt: expect.stringContaining("Check credit"),
    });
    expect(eventsOf(first.events, "suggestion").map(({ suggestion }) => suggestion.patch.status)).toEqual([
      PatchStatus.PROPOSED,
    ]);
    const resumed = {
      interruptId: question?.interrupt.interruptId ?? "",
      answer: confirm(true),
      userId: "grace",
    };
    const { events, error } = await collect(executor.execute({ ...request, attempt: 2, resumed }));
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe("Done: it is version 3 of the model.");
    expect(decided).toEqual([{ approved: true, approver: "grace" }]);
    const [operations, ...others] = proposed.values();
    expect(others).toEqual([]);
    expect(operations?.map(({ operation }) => operation)).toMatchObject([
      { case: "addNode", value: { type: "task", name: "Check credit" } },
      { case: "reconnect", value: { relation: { selector: { value: "Flow_2" } } } },
      { case: "connect", value: { source: { selector: { value: "Task_1" } } } },
    ]);
  });

  it("takes no for an answer", async () => {
    const { executor } = world();
    const request = ask(`rename "Receive order" to "Take order"`);
    const first = await collect(executor.execute(request));
    const interruptId = eventsOf(first.events, "interrupted")[0]?.interrupt.interruptId ?? "";
    const resumed = { interruptId, answer: confirm(false), userId: "grace" };
    const { events } = await collect(executor.execute({ ...request, attempt: 2, resumed }));
    expect(textOf(events)).toBe("I changed nothing, as you wish.");
  });

  it("looks again and proposes anew when somebody else was faster", async () => {
    const conflict: PatchOutcome = {
      ok: false,
      patch: create(GraphPatchSchema, { patchId: "p-1", status: PatchStatus.FAILED }),
      diagnostics: [
        create(DiagnosticSchema, { severity: Severity.ERROR, code: "PATCH_CONFLICT", message: "moved" }),
      ],
    };
    const { executor, proposed } = world({ decide: async () => conflict });
    const request = ask(`rename "Receive order" to "Take order"`);
    const first = await collect(executor.execute(request));
    const interruptId = eventsOf(first.events, "interrupted")[0]?.interrupt.interruptId ?? "";
    const resumed = { interruptId, answer: confirm(true), userId: "grace" };
    const { events } = await collect(executor.execute({ ...request, attempt: 2, resumed }));
    expect(eventsOf(events, "interrupted")).toHaveLength(1);
    expect(eventsOf(events, "interrupted")[0]?.interrupt.interruptId).not.toBe(interruptId);
    expect(proposed.size).toBe(2);
  });

  it.each([
    [`remove "Nothing"`, "I found nothing called “Nothing”."],
    [`what depends on "Nothing"`, "I found nothing called “Nothing”."],
  ])("says so when %s names nothing", async (text, answer) => {
    const { executor } = world();
    const { events } = await collect(executor.execute(ask(text)));
    expect(textOf(events)).toBe(answer);
  });

  it("lists what is meant when a name is that of several", async () => {
    const twins = async () => [RECEIVE, { ...RECEIVE, id: "Task_2" }];
    const { executor, proposed } = world({ find: twins });
    const { events } = await collect(executor.execute(ask(`remove "Receive order"`)));
    expect(textOf(events)).toContain("`Task_1`");
    expect(textOf(events)).toContain("`Task_2`");
    expect(proposed.size).toBe(0);
  });

  it("repairs, validates, describes, and shows what depends on something", async () => {
    const asked: unknown[] = [];
    const { executor } = world({
      repair: async () => [],
      validate: async () => [],
      understand: async (_modeler, request) => {
        asked.push(request);
        return "task Task_1";
      },
    });
    const said = async (text: string) => textOf((await collect(executor.execute(ask(text)))).events);
    expect(await said("label unnamed elements")).toBe("There is nothing to repair.");
    expect(await said("validate")).toBe("I found nothing wrong.");
    expect(await said("describe the model")).toContain("task Task_1");
    expect(await said(`what depends on "Receive order"?`)).toContain("task Task_1");
    expect(asked).toMatchObject([{ intent: "analyze" }, { intent: "impact", focus: ["Task_1"] }]);
  });
});
