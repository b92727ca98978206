import {
  GraphPatchSchema,
  PatchStatus,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { DiagnosticSchema, Severity } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { MODELING_CONTEXT, NO_MODELS } from "../../../testing/no-models.ts";
import type { SuggestedPatch } from "../../agent-event.ts";
import type { ModelPorts, PatchOutcome } from "../../model-ports.ts";
import { callTool, type CallContext } from "../call-tool.ts";
import type { GivenAnswer, Question } from "../tool.ts";
import { find } from "./find-elements.ts";
import { proposePatch, repairModel } from "./propose-patch.ts";
import { understandModel } from "./understand-model.ts";
import { validateModel } from "./validate-model.ts";

const ORDER = { artifactId: "0199aa00-0000-7000-8000-00000000000a", title: "Order", kind: "bpmn::process" };
const CHECK_STOCK = { op: "rename", target: "Task_1", name: "Check stock" };
const problem = create(DiagnosticSchema, {
  severity: Severity.ERROR,
  code: "SELECTOR_NO_MATCH",
  message: "nothing has the id Task_9; Task_1 is near",
  operationId: "1",
  path: "operations[0].rename.target",
});

const patchOf = (fields: MessageInitShape<typeof GraphPatchSchema> = {}) =>
  create(GraphPatchSchema, {
    patchId: "p-1",
    artifactId: ORDER.artifactId,
    title: "Rename it",
    status: PatchStatus.PROPOSED,
    ...fields,
  });

/** What the tools did with the ports. */
interface Seen {
  asked: Question[];
  proposed: { operations: readonly GraphOperation[]; key: string }[];
  decided: { approved: boolean; comment: string; approver: string | undefined }[];
  suggested: SuggestedPatch[];
}

function world(models: Partial<ModelPorts>, answer?: GivenAnswer) {
  const seen: Seen = { asked: [], proposed: [], decided: [], suggested: [] };
  const ports: ModelPorts = {
    ...NO_MODELS,
    artifactOfChat: async () => ORDER,
    propose: async (_modeler, key, makeUp) => {
      const change = await makeUp();
      if (!change) return undefined;
      const { operations } = change;
      seen.proposed.push({ operations, key });
      return { ok: true, patch: patchOf(), summary: ["Renames Task_1"], mayApplyAlone: false };
    },
    decide: async (_modeler, decision) => {
      seen.decided.push(decision);
      const status = decision.approved ? PatchStatus.APPLIED : PatchStatus.REJECTED;
      return { ok: true, patch: patchOf({ status, appliedVersion: 7n, operations: [{ id: "1" }] }) };
    },
    ...models,
  };
  const context: CallContext = {
    tenantId: "tenant",
    userId: "alice",
    idempotencyKey: "run/call",
    signal: new AbortController().signal,
    ports: {
      now: () => new Date(0),
      findArtifacts: async () => [],
      createArtifact: async () => "",
      models: ports,
    },
    ...MODELING_CONTEXT,
    suggest: (suggestion) => seen.suggested.push(suggestion),
    ...(answer && {
      ask: (question: Question) => {
        seen.asked.push(question);
        return answer;
      },
    }),
  };
  return { context, seen };
}

const confirm = (approved: boolean, comment = ""): GivenAnswer => ({
  answer: { case: "confirm", value: { $typeName: "ameide.inference.v1.ConfirmAnswer", approved, comment } },
  userId: "grace",
});
const propose = async (operations: object[], context: CallContext) => {
  const { result, failed } = await callTool(
    proposePatch,
    JSON.stringify({ title: "Rename it", operations }),
    context,
  );
  return { failed, result: failed ? result : JSON.parse(result) };
};

describe("a patch that an agent proposes", () => {
  it("waits for a person, is applied in that person's name, and is shown before and after", async () => {
    const { context, seen } = world({}, confirm(true));
    const { result } = await propose([CHECK_STOCK], context);
    expect(result).toEqual({ status: "applied", patch_id: "p-1", version: 7, applied: ["1"] });
    expect(seen.asked).toMatchObject([
      { patchId: "p-1", question: { case: "confirm", value: { requiredScope: "artifact.write" } } },
    ]);
    expect(seen.asked[0]?.prompt).toContain("Renames Task_1");
    expect(seen.decided).toEqual([{ patchId: "p-1", approved: true, comment: "", approver: "grace" }]);
    expect(seen.suggested.map(({ patch }) => patch.status)).toEqual([
      PatchStatus.PROPOSED,
      PatchStatus.APPLIED,
    ]);
    expect(seen.proposed[0]?.key).toBe("run/call");
  });

  it("that is declined is told with the reviewer's words", async () => {
    const reviews = [{ operationId: "1", decision: ReviewDecision.REJECTED, comment: "Keep the old name" }];
    const decide = async (): Promise<PatchOutcome> => ({
      ok: true,
      patch: patchOf({ status: PatchStatus.REJECTED, reviews }),
    });
    const { context } = world({ decide }, confirm(false, "Keep the old name"));
    const { result } = await propose([CHECK_STOCK], context);
    expect(result).toEqual({
      status: "rejected",
      patch_id: "p-1",
      comments: ["operation 1: Keep the old name"],
    });
  });

  it("that was decided meanwhile is not decided again, whatever is answered", async () => {
    const patch = patchOf({ status: PatchStatus.APPLIED, appliedVersion: 5n });
    const { context, seen } = world(
      { propose: async () => ({ ok: true, patch, summary: [], mayApplyAlone: true }) },
      confirm(false),
    );
    const { result } = await propose([CHECK_STOCK], context);
    expect(result).toMatchObject({ status: "applied", version: 5 });
    expect(seen.decided).toEqual([]);
  });

  it("asks nobody where the tenant lets the agent apply it by itself", async () => {
    const { context, seen } = world({
      propose: async () => ({ ok: true, patch: patchOf(), summary: [], mayApplyAlone: true }),
    });
    const { result } = await propose([CHECK_STOCK], context);
    expect(result).toMatchObject({ status: "applied" });
    expect(seen.decided).toMatchObject([{ approved: true, approver: undefined }]);
  });

  it("that is invalid asks nobody, and says what to repair", async () => {
    const { context, seen } = world(
      { propose: async () => ({ ok: false, diagnostics: [problem] }) },
      confirm(true),
    );
    const { result } = await propose([CHECK_STOCK], context);
    expect(result).toEqual({
      status: "invalid",
      problems: [
        "error SELECTOR_NO_MATCH (operation 1, operations[0].rename.target): nothing has the id Task_9; Task_1 is near",
      ],
    });
    expect(seen.asked).toEqual([]);
    expect(seen.suggested).toEqual([]);
  });

  it("that can no longer be applied says with what it conflicts", async () => {
    const decide = async (): Promise<PatchOutcome> => ({
      ok: false,
      patch: patchOf({ status: PatchStatus.FAILED }),
      diagnostics: [problem],
    });
    const { context } = world({ decide }, confirm(true));
    const { result } = await propose([CHECK_STOCK], context);
    expect(result).toMatchObject({
      status: "conflict",
      problems: [expect.stringContaining("SELECTOR_NO_MATCH")],
    });
  });

  it("may not name what it does not know: all problems of its arguments come back", async () => {
    const { context, seen } = world({}, confirm(true));
    const { failed, result } = await propose([{ op: "explode", target: "Task_1" }], context);
    expect(failed).toBe(true);
    expect(result).toContain("operations");
    expect(seen.proposed).toEqual([]);
  });

  it("needs an artifact", async () => {
    const { context } = world({ artifactOfChat: async () => undefined });
    const { failed, result } = await propose([CHECK_STOCK], context);
    expect({ failed, result }).toMatchObject({
      failed: true,
      result: expect.stringContaining("artifact_id"),
    });
  });
});

describe("operations as a model writes them", () => {
  it("are those of the contract", async () => {
    const { context, seen } = world({}, confirm(true));
    await propose(
      [
        { op: "add_node", id: "new", type: "task", name: "Check credit", near: "Task_1", rationale: "Risk" },
        { op: "reconnect", relation: "Flow_1", source: "@new" },
        { op: "connect", source: "name: Receive order", target: "@new", properties: { isImmediate: true } },
        { op: "update_node", target: "key:process.order", documentation: "", properties: { priority: null } },
        { op: "remove_node", target: "Task_2", bridge: true },
        { op: "disconnect", relation: "Flow_2" },
        { op: "move", target: "Task_3", parent: "Lane_1" },
        { op: "set_lifecycle", target: "App_1", lifecycle: "retiring" },
      ],
      context,
    );
    const [add, reconnect, connect, update, remove, disconnect, move, lifecycle] =
      seen.proposed[0]?.operations ?? [];
    const byId = (value: string) => ({ selector: { case: "nodeId", value } });
    const created = { selector: { case: "createdBy", value: "new" } };
    expect(add).toMatchObject({
      id: "new",
      rationale: "Risk",
      operation: { case: "addNode", value: { type: "task", near: byId("Task_1") } },
    });
    expect(reconnect).toMatchObject({
      id: "2",
      operation: { value: { relation: byId("Flow_1"), source: created } },
    });
    expect(connect?.operation.value).toMatchObject({
      source: { selector: { case: "byType", value: { name: "Receive order" } } },
      target: created,
      properties: { isImmediate: true },
    });
    expect(update?.operation.value).toMatchObject({ documentation: "", properties: { priority: null } });
    expect(update?.operation.value).not.toHaveProperty("name", "");
    expect(remove?.operation).toMatchObject({ case: "removeNode", value: { bridge: true } });
    expect(disconnect?.operation).toMatchObject({
      value: { relations: { case: "relation", value: byId("Flow_2") } },
    });
    expect(move?.operation).toMatchObject({ case: "move", value: { parent: byId("Lane_1") } });
    expect(lifecycle?.operation).toMatchObject({ case: "setLifecycle", value: { lifecycle: 3 } });
  });
});

describe("the other modelling tools", () => {
  it("read the artifact that the chat is about, or the one that is named", async () => {
    const asked: string[] = [];
    const { context } = world({
      understand: async (_modeler, { artifactId, intent, tokenBudget }) => {
        asked.push(`${artifactId} ${intent} ${tokenBudget}`);
        return "task Task_1 “Check stock”";
      },
    });
    const other = "0199aa00-0000-7000-8000-00000000000b";
    expect(await callTool(understandModel, "{}", context)).toEqual({
      result: "task Task_1 “Check stock”",
      failed: false,
    });
    await callTool(
      understandModel,
      JSON.stringify({ artifact_id: other, intent: "modify", token_budget: 500 }),
      context,
    );
    expect(asked).toEqual([`${ORDER.artifactId} analyze 3000`, `${other} modify 500`]);
  });

  it("find elements with their relations, and leave out what is empty", async () => {
    const element = {
      id: "Task_1",
      type: "task",
      name: "Check stock",
      parentId: "",
      incoming: [],
      outgoing: ["F"],
    };
    const { context } = world({ find: async () => [element] });
    const { result } = await callTool(find, '{"text":"stock"}', context);
    expect(JSON.parse(result)).toEqual({
      elements: [{ id: "Task_1", type: "task", name: "Check stock", outgoing: ["F"] }],
    });
    expect(await callTool(find, "{}", context)).toMatchObject({ failed: true });
  });

  it("validate, and count what is too much to tell", async () => {
    const { context } = world({ validate: async () => Array.from({ length: 60 }, () => problem) });
    const { result } = await callTool(validateModel, "{}", context);
    expect(JSON.parse(result)).toMatchObject({ more: 10, problems: { length: 50 } });
  });

  it("repair by a patch like any other, unless there is nothing to do", async () => {
    const { context, seen } = world({ repair: async () => [] }, confirm(true));
    const nothing = await callTool(repairModel, '{"repair":"label_unnamed"}', context);
    expect(JSON.parse(nothing.result)).toEqual({ status: "nothing_to_do" });
    expect(seen.proposed).toEqual([]);
  });
});
