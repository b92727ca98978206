import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../../notation/apply-changes.ts";
import type { Change } from "../../notation/change.ts";
import { diffGraphs } from "../../notation/diff-graphs.ts";
import type { Graph } from "../../notation/graph.ts";
import { foldArtifact } from "../../testing/folds.ts";
import { renameOf } from "../../testing/model-changes.ts";
import { forEachDatabase, type GivenDatabase } from "../../testing/databases.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { mintModel, modelDepsOf } from "../../testing/model-world.ts";
import { actorOf } from "../../testing/test-slices.ts";
import { loadArtifact } from "../change-artifact.ts";
import { renameArtifact } from "../rename-artifact.ts";
import { listBranches } from "./branch-store.ts";
import { commitModel } from "./commit-model.ts";
import type { ModelDeps } from "./content-deps.ts";
import type { ModelRef } from "./content-line.ts";
import { createBranch, deleteBranch } from "./create-branch.ts";
import { GraphCache } from "./graph-cache.ts";
import { loadModel } from "./load-model.ts";
import { readChanges } from "./read-changes.ts";

function suite(given: GivenDatabase): void {
  const world = (fields: Partial<ModelDeps> = {}) => ({
    deps: modelDepsOf(given().database, fields),
    actor: actorOf(),
  });
  type World = ReturnType<typeof world>;
  const commit = (
    { deps, actor }: World,
    ref: ModelRef,
    expectedVersion: number,
    changes: readonly Change[],
  ) =>
    deps.database.transaction(actor.tenantId, (tx) =>
      commitModel(tx, deps, actor, { ref, expectedVersion, changes, origin: RevisionOrigin.PATCH }),
    );
  const load = ({ deps, actor }: World, ref: ModelRef) => loadModel(deps, actor.tenantId, ref);
  /** As a process that has just started sees it. */
  const afresh = ({ deps, actor }: World): World => ({
    deps: { ...deps, graphs: new GraphCache(1000) },
    actor,
  });
  const same = (a: Graph, b: Graph) => expect(diffGraphs(a, b)).toEqual([]);

  it("is what it began as, and after each commit what the changes made of it, whoever reads it", async () => {
    const w = world();
    const graph = generateModel("bpmn", 60);
    const artifactId = await mintModel(w.deps, w.actor, graph);
    const ref = { artifactId };
    const began = await load(w, ref);
    same(began.graph, graph);
    expect(began).toMatchObject({
      version: 2,
      contentVersion: 2,
      branch: "main",
      notation: "bpmn",
      kind: "bpmn",
    });
    const graphs = [began.graph];
    for (const name of ["A", "B", "C"]) {
      const before = graphs.at(-1) ?? graph;
      const changes = [renameOf(before, name)];
      const { version, fromVersion } = await commit(w, ref, graphs.length + 1, changes);
      expect([version, fromVersion]).toEqual([graphs.length + 2, graphs.length + 1]);
      graphs.push(applyChanges(before, changes));
    }
    for (const reader of [w, afresh(w)])
      for (const [i, expected] of graphs.entries())
        same((await load(reader, { artifactId, version: i + 2 })).graph, expected);
    same((await load(afresh(w), ref)).graph, graphs.at(-1) ?? graph);
    const reader = w.deps.database.reader(w.actor.tenantId);
    const folded = await foldArtifact(w.deps.events, reader, artifactId);
    expect(await loadArtifact(reader, artifactId)).toEqual(folded.artifact);
  });

  it("takes changes for the version that its content has, also when its title has changed since", async () => {
    const w = world();
    const graph = generateModel("bpmn", 20);
    const artifactId = await mintModel(w.deps, w.actor, graph);
    await renameArtifact(w.deps, w.actor, { artifactId, title: "Other", etag: "", requestId: "" } as never);
    expect(await load(w, { artifactId })).toMatchObject({ version: 3, contentVersion: 2, title: "Other" });
    expect(await commit(w, { artifactId }, 2, [renameOf(graph, "A")])).toMatchObject({
      version: 4,
      fromVersion: 2,
    });
    await expect(commit(w, { artifactId }, 3, [renameOf(graph, "B")])).rejects.toMatchObject({
      reason: "VERSION_MISMATCH",
      metadata: { expected: "v3", actual: "v4" },
    });
    expect(await commit(w, { artifactId }, 4, [])).toMatchObject({ version: 4 });
  });

  // Seen to fail when what a transaction reads is put into the cache at once.
  it("keeps nothing in memory of a commit that was rolled back", async () => {
    const w = world();
    const graph = generateModel("bpmn", 20);
    const ref = { artifactId: await mintModel(w.deps, w.actor, graph) };
    const failing = w.deps.database.transaction(w.actor.tenantId, async (tx) => {
      const changes = [renameOf(graph, "never")];
      await commitModel(tx, w.deps, w.actor, {
        ref,
        expectedVersion: 2,
        changes,
        origin: RevisionOrigin.PATCH,
      });
      await loadModel(w.deps, tx, ref);
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    same((await load(w, ref)).graph, graph);
    const changes = [renameOf(graph, "kept")];
    await commit(afresh(w), ref, 2, changes);
    same((await load(w, ref)).graph, applyChanges(graph, changes));
  });

  it("tells its commits, also those with more changes than an event takes", async () => {
    const w = world();
    const graph = generateModel("bpmn", 2500);
    const artifactId = await mintModel(w.deps, w.actor, graph);
    const many: Change[] = [...graph.elements.values()].map(({ id, name }) => ({
      op: "set",
      ref: { kind: "element", id },
      field: "name",
      from: name,
      to: `${name}!`,
    }));
    await commit(w, { artifactId }, 2, many);
    const after = applyChanges(graph, many);
    await commit(w, { artifactId }, 3, [renameOf(after, "last")]);
    const commits = await readChanges(w.deps, w.actor.tenantId, { artifactId }, 2, 4);
    expect(commits.map(({ version, fromVersion }) => [version, fromVersion])).toEqual([
      [3, 2],
      [4, 3],
    ]);
    expect(commits[0]?.changes).toEqual(many);
    expect(commits[1]).toMatchObject({ author: w.actor.userId, origin: RevisionOrigin.PATCH });
    const whole = await readChanges(w.deps, w.actor.tenantId, { artifactId }, 0, 4);
    expect(whole[0]).toMatchObject({ version: 2, fromVersion: 0, changes: undefined });
    same((await load(afresh(w), { artifactId, version: 3 })).graph, after);
  });

  it("is kept as a whole again after a hundred versions", async () => {
    const w = world();
    let graph = generateModel("bpmn", 20);
    const artifactId = await mintModel(w.deps, w.actor, graph);
    for (let i = 0; i < 105; i++) {
      const changes = [renameOf(graph, `n${i}`)];
      await commit(w, { artifactId }, i + 2, changes);
      graph = applyChanges(graph, changes);
    }
    same((await load(afresh(w), { artifactId })).graph, graph);
    const kept = await given()
      .database.reader(w.actor.tenantId)
      .query("SELECT version FROM model_graphs WHERE stream_id = $1 ORDER BY version", [
        `artifact-${artifactId}`,
      ]);
    expect(kept.map(([version]) => Number(version))).toEqual([2, 107]);
  });

  it("branches, and a branch of a branch, go their own way", async () => {
    const w = world();
    const graph = generateModel("bpmn", 20);
    const artifactId = await mintModel(w.deps, w.actor, graph);
    const branch = (from: ModelRef, name: string) =>
      w.deps.database.transaction(w.actor.tenantId, (tx) =>
        createBranch(tx, w.deps, w.actor, { from, name }),
      );
    await branch({ artifactId }, "draft");
    const draft = [renameOf(graph, "draft")];
    expect(await commit(w, { artifactId, branch: "draft" }, 1, draft)).toMatchObject({ version: 2 });
    await commit(w, { artifactId }, 2, [renameOf(graph, "main")]);
    await branch({ artifactId, branch: "draft" }, "deeper");
    await expect(branch({ artifactId }, "draft")).rejects.toMatchObject({ reason: "BRANCH_EXISTS" });
    for (const reader of [w, afresh(w)]) {
      same((await load(reader, { artifactId, branch: "deeper" })).graph, applyChanges(graph, draft));
      same((await load(reader, { artifactId, branch: "draft", version: 1 })).graph, graph);
      same((await load(reader, { artifactId })).graph, applyChanges(graph, [renameOf(graph, "main")]));
    }
    const reader = w.deps.database.reader(w.actor.tenantId);
    const [deeper, made] = await listBranches(reader, artifactId);
    expect([deeper?.branch, made?.branch, deeper?.baseVersion]).toEqual(["deeper", "draft", 2]);
    if (made)
      await w.deps.database.transaction(w.actor.tenantId, (tx) => deleteBranch(tx, w.deps, w.actor, made));
    await expect(load(w, { artifactId, branch: "draft" })).rejects.toMatchObject({
      reason: "BRANCH_NOT_FOUND",
    });
    same((await load(afresh(w), { artifactId, branch: "deeper" })).graph, applyChanges(graph, draft));
    await branch({ artifactId, version: 2 }, "draft");
    same((await load(w, { artifactId, branch: "draft" })).graph, graph);
  });

  it("that is not there says so", async () => {
    const w = world();
    const artifactId = await mintModel(w.deps, w.actor, generateModel("bpmn", 20));
    await expect(load(w, { artifactId, version: 1 })).rejects.toMatchObject({ reason: "REVISION_NOT_FOUND" });
    await expect(load(w, { artifactId, version: 9 })).rejects.toMatchObject({ reason: "REVISION_NOT_FOUND" });
    await expect(load(w, { artifactId, branch: "x" })).rejects.toMatchObject({ reason: "BRANCH_NOT_FOUND" });
    await expect(load(w, { artifactId: uuidv7() })).rejects.toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
    const stranger = { ...w, actor: actorOf() };
    await expect(load(stranger, { artifactId })).rejects.toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
  });
}

describe("a model", () => {
  forEachDatabase(suite);
});
