import { create } from "@bufbuild/protobuf";
import { AuthorSchema, PatchStatus } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  ApplyPatchRequestSchema,
  ProposePatchRequestSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { AppError } from "../platform/errors/app-error.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { addClass, openPatchWorld, rename, type Operation, type PatchWorld } from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";
import { applyPatch } from "./apply-patch.ts";
import { BY_ALLOW_LIST, mayApplyAlone } from "./may-apply-alone.ts";
import { proposePatch } from "./propose-patch.ts";

const AGENT = "bpmn";

/** As the agent does it, on the actor's behalf. */
async function proposedByAgent({ deps, actor }: PatchWorld, artifactId: string, operations: Operation[]) {
  const author = create(AuthorSchema, { userId: actor.userId, agentId: AGENT });
  const request = create(ProposePatchRequestSchema, { artifactId, operations });
  const { patch } = await proposePatch(deps, actor, request, author);
  return { patchId: patch?.patchId ?? "", operations: patch?.operations ?? [] };
}

async function applyAlone({ deps, actor }: PatchWorld, patchId: string) {
  const request = create(ApplyPatchRequestSchema, { patchId, approveUndecided: true, requestId: uuidv7() });
  try {
    return (await applyPatch(deps, actor, request, BY_ALLOW_LIST)).patch;
  } catch (error) {
    if (error instanceof AppError) return { reason: error.reason, metadata: error.metadata };
    throw error;
  }
}

function suite(given: GivenDatabase): void {
  const open = async () => {
    const w = openPatchWorld(given().database);
    return { w, admin: w.as({ roles: ["admin"] }), artifactId: await w.mint() };
  };

  it("lets an agent apply nothing, until an admin says what", async () => {
    const { w, admin, artifactId } = await open();
    const { patchId, operations } = await proposedByAgent(w, artifactId, [rename("1", "Order", "A")]);
    const reader = w.deps.database.reader(w.actor.tenantId);
    expect(await mayApplyAlone(reader, AGENT, operations as never)).toBe(false);
    expect(await applyAlone(w, patchId)).toEqual({
      reason: "AUTOPILOT_DENIED",
      metadata: { agent_id: AGENT, operation_types: "rename" },
    });
    expect((await w.client.getPatch({ patchId })).patch).toMatchObject({
      status: PatchStatus.PROPOSED,
      reviews: [],
    });
    await admin.autopilot.setAutopilot({ agentId: AGENT, operationTypes: ["rename", "set_bounds"] });
    expect(await mayApplyAlone(reader, AGENT, operations as never)).toBe(true);
    expect(await applyAlone(w, patchId)).toMatchObject({
      status: PatchStatus.APPLIED,
      approvedBy: "allow-list",
      reviews: [{ operationId: "1", reviewer: "allow-list" }],
    });
  });

  it("is for the types and the number of operations that were allowed, and for that agent's patches only", async () => {
    const { w, admin, artifactId } = await open();
    await admin.autopilot.setAutopilot({ agentId: AGENT, operationTypes: ["rename"], maxOperations: 1 });
    const mixed = await proposedByAgent(w, artifactId, [rename("1", "Order", "A"), addClass("2", "B")]);
    expect(await applyAlone(w, mixed.patchId)).toMatchObject({ metadata: { operation_types: "add_node" } });
    const two = await proposedByAgent(w, artifactId, [rename("1", "Order", "A"), rename("2", "Line", "B")]);
    expect(await applyAlone(w, two.patchId)).toMatchObject({ reason: "AUTOPILOT_DENIED" });
    const { patch } = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "A")] });
    expect(await applyAlone(w, patch?.patchId ?? "")).toMatchObject({ reason: "AUTOPILOT_DENIED" });
    expect((await w.load({ artifactId })).version).toBe(2);
  });

  it("is set by admins, seen by all, kept as an event, and of one tenant", async () => {
    const { w, admin } = await open();
    const setting = { agentId: AGENT, operationTypes: ["set_bounds", "rename"] };
    expect(await refusalOf(w.autopilot.setAutopilot(setting))).toMatchObject({ reason: "SCOPE_MISSING" });
    expect((await w.autopilot.getAutopilot({ agentId: AGENT })).autopilot).toMatchObject({
      operationTypes: [],
      etag: "v0",
      updatedBy: "",
    });
    const { autopilot } = await admin.autopilot.setAutopilot({ ...setting, etag: "v0" });
    expect(autopilot).toMatchObject({
      operationTypes: ["rename", "set_bounds"],
      maxOperations: 20,
      updatedBy: admin.actor.userId,
      etag: "v1",
    });
    expect((await w.autopilot.getAutopilot({ agentId: AGENT })).autopilot).toEqual(autopilot);
    const stale = admin.autopilot.setAutopilot({ ...setting, etag: "v0" });
    expect(await refusalOf(stale)).toMatchObject({ reason: "VERSION_MISMATCH" });
    const unknown = admin.autopilot.setAutopilot({ agentId: AGENT, operationTypes: ["raw_changes"] });
    expect(await refusalOf(unknown)).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    const stranger = openPatchWorld(given().database, w.deps);
    const theirs = (await stranger.autopilot.getAutopilot({ agentId: AGENT })).autopilot;
    expect(theirs?.operationTypes).toEqual([]);
    const reader = w.deps.database.reader(w.actor.tenantId);
    const events = await w.deps.events.read(reader, `autopilot-${AGENT}`);
    expect(events.map(({ metadata }) => metadata.userId)).toEqual([admin.actor.userId]);
  });
}

forEachDatabase(suite);
