import { ItemKind } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { WatchProjectionResponse } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { createBranch } from "../artifact/index.ts";
import type { Change } from "../notation/change.ts";
import type { Graph } from "../notation/graph.ts";
import { renameArtifact } from "../artifact/rename-artifact.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { renameOf } from "../testing/model-changes.ts";
import { generateModel } from "../testing/model-graphs.ts";
import { openProjectionWorld, type ProjectionWorld } from "../testing/projection-world.ts";
import { refusalOf } from "../testing/refusal.ts";

const element = (id: string, name: string) => ({
  kind: "element" as const,
  value: { id, type: "class", name, documentation: "", properties: {} },
});
const add = (id: string, name: string): Change => ({ op: "add", item: element(id, name) });
const remove = (id: string, name: string): Change => ({ op: "remove", item: element(id, name) });
const set = (id: string, from: string, to: string): Change => ({
  op: "set",
  ref: { kind: "element", id },
  field: "name",
  from,
  to,
});

/** Reads on until so many deltas have come; what comes first tells that the stream is open. */
async function watching(w: ProjectionWorld, artifactId: string, checkpointToken = "", branch = "") {
  const left = new AbortController();
  const stream = w.client.watchProjection({ artifactId, checkpointToken, branch }, { signal: left.signal });
  const messages = stream[Symbol.asyncIterator]();
  const next = async (): Promise<WatchProjectionResponse> =>
    (await messages.next()).value as WatchProjectionResponse;
  const opened = await next();
  return { opened, next, leave: () => left.abort() };
}

function suite(given: GivenDatabase): void {
  const open = () => openProjectionWorld(given().database);

  it("tells one delta for each version, net and in few tokens, and goes on after any of them", async () => {
    const w = open();
    const graph = generateModel("uml", 40);
    const artifactId = await w.mint(graph);
    const [first = ""] = graph.elements.keys();
    const name = graph.elements.get(first)?.name ?? "";
    const watch = await watching(w, artifactId);
    expect(watch.opened.delta).toBeUndefined();
    await w.change({ artifactId }, () => [
      set(first, name, "interim"),
      set(first, "interim", "Other"),
      add("Passing", "x"),
      add("New", "Payment"),
      set("New", "Payment", "Payments"),
      remove2("Passing", "x", "New"),
    ]);
    const { delta, checkpointToken } = await watch.next();
    expect(delta).toMatchObject({
      fromVersion: 2n,
      toVersion: 3n,
      addedNodes: [{ id: "New", type: "class", name: "Payments" }],
      removedNodeIds: [],
      changed: [{ ref: { kind: ItemKind.ELEMENT, id: first }, fields: ["name"] }],
      addedEdges: [],
      removedEdgeIds: [],
      layoutOnly: false,
      fullReload: false,
      author: w.actor.userId,
    });
    expect(delta?.text).toBe(`version 3:\n+ class New "Payments"\n~ ${first} name "${name}" to "Other"\n`);
    expect(delta?.tokenCount).toBe(encode(delta?.text ?? "").length);
    await w.change({ artifactId }, () => [remove("New", "Payments")]);
    const gone = await watch.next();
    expect(gone.delta).toMatchObject({ fromVersion: 3n, toVersion: 4n, removedNodeIds: ["New"] });
    watch.leave();
    const again = await watching(w, artifactId, checkpointToken);
    expect(again.opened).toMatchObject({ checkpointToken });
    expect(await again.next()).toEqual(gone);
    again.leave();
    const atEnd = await watching(w, artifactId, gone.checkpointToken);
    await w.change({ artifactId }, (now) => [renameOf(now, "Last", first)]);
    expect((await atEnd.next()).delta).toMatchObject({ toVersion: 5n });
    atEnd.leave();
  });

  it("tells of other events only that they were, of moved boxes only that the layout is another", async () => {
    const w = open();
    const graph = generateModel("uml", 10);
    const artifactId = await w.mint(graph);
    const watch = await watching(w, artifactId);
    await renameArtifact(w.deps, w.actor, { artifactId, title: "Other", etag: "", requestId: "" } as never);
    expect((await watch.next()).delta).toBeUndefined();
    await w.change({ artifactId }, moved);
    const { delta } = await watch.next();
    expect(delta).toMatchObject({
      fromVersion: 2n,
      toVersion: 4n,
      layoutOnly: true,
      changed: [],
      addedNodes: [],
    });
    expect(delta?.text).toBe("version 4: only the layout is different\n");
    watch.leave();
  });

  it("of a branch tells what happens there, and nothing of main", async () => {
    const w = open();
    const artifactId = await w.mint(generateModel("uml", 10));
    await w.deps.database.transaction(w.actor.tenantId, (tx) =>
      createBranch(tx, w.deps, w.actor, { from: { artifactId }, name: "draft" }),
    );
    const watch = await watching(w, artifactId, "", "draft");
    await w.change({ artifactId }, (now) => [renameOf(now, "On main")]);
    await w.change({ artifactId, branch: "draft" }, (now) => [renameOf(now, "On draft")]);
    const { delta } = await watch.next();
    expect(delta?.text).toContain("On draft");
    watch.leave();
    const main = await watching(w, artifactId, watch.opened.checkpointToken).catch((error: unknown) => error);
    expect(main).toMatchObject({ rawMessage: expect.stringContaining("checkpoint token") });
  });

  it("is refused to strangers, and of what is not there", async () => {
    const w = open();
    const artifactId = await w.mint(generateModel("uml", 10));
    const stranger = openProjectionWorld(given().database);
    expect(await refusalOf(watching(stranger, artifactId))).toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
    expect(await refusalOf(watching(w, artifactId, "", "draft"))).toMatchObject({
      reason: "BRANCH_NOT_FOUND",
    });
    expect(await refusalOf(watching(w, artifactId, "x"))).toMatchObject({ reason: "RESUME_TOKEN_INVALID" });
  });
}

/** It stood before another one. */
const remove2 = (id: string, name: string, before: string): Change =>
  ({ ...remove(id, name), before }) as Change;

function moved(graph: Graph): Change[] {
  const [view] = graph.views.values();
  const [node] = view?.nodes.values() ?? [];
  if (!view || !node?.bounds) throw new Error("there is no box");
  const ref = { kind: "node" as const, viewId: view.id, id: node.id };
  return [{ op: "set", ref, field: "bounds", from: { ...node.bounds }, to: { ...node.bounds, x: 7 } }];
}

describe("what watchers of a projection are told", () => {
  forEachDatabase(suite);
});
