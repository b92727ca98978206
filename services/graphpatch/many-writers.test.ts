import { PatchStatus } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { renameArtifact } from "../artifact/rename-artifact.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { addClass, openPatchWorld, rename, type Operation, type PatchWorld } from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";
import { smallGraph } from "../testing/small-graph.ts";

const WRITERS = 50;
const ids = Array.from({ length: WRITERS }, (_, i) => i);

/** A class for each writer. */
const crowded = () => smallGraph("uml", ["package shop", ...ids.map((i) => `class C${i} in shop`)]);

async function propose({ client }: PatchWorld, artifactId: string, operations: Operation[]): Promise<string> {
  return (await client.proposePatch({ artifactId, operations })).patch?.patchId ?? "";
}

const apply = ({ client }: PatchWorld, patchId: string) =>
  client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });

function suite(given: GivenDatabase): void {
  /** Processes that share a database and nothing else. */
  const open = (processes: number): PatchWorld[] => {
    const first = openPatchWorld(given().database);
    return [first, ...Array.from({ length: processes - 1 }, () => first.elsewhere())];
  };

  // Without lockModel some of three processes' writers end as CONTENTION: they lose eight times in a row. Without
  // `commitOrRetry` most end as VERSION_MISMATCH.
  describe.each([1, 3])("%i processes", (processes) => {
    it("land all disjoint patches of one version, each as a version of its own", async () => {
      const worlds = open(processes);
      const worldOf = (i: number) => worlds[i % processes] as PatchWorld;
      const artifactId = await worldOf(0).mint(crowded());
      const patchIds: string[] = [];
      for (const i of ids)
        patchIds.push(await propose(worldOf(i), artifactId, [rename("1", `C${i}`, `N${i}`)]));
      const applied = await Promise.all(patchIds.map((patchId, i) => apply(worldOf(i), patchId)));
      const versions = applied.map(({ patch }) => Number(patch?.appliedVersion)).toSorted((a, b) => a - b);
      expect(versions).toEqual(ids.map((i) => i + 3));
      const { elements } = (await worldOf(0).elsewhere().load({ artifactId })).graph;
      expect(ids.filter((i) => elements.get(`C${i}`)?.name !== `N${i}`)).toEqual([]);
      const rebased = applied.filter(({ patch }) => patch?.receipt?.rebased);
      expect(rebased).toHaveLength(WRITERS - 1);
    });

    it("let one of many conflicting patches win, and tell all others what conflicts", async () => {
      const worlds = open(processes);
      const worldOf = (i: number) => worlds[i % processes] as PatchWorld;
      const artifactId = await worldOf(0).mint(crowded());
      const patchIds: string[] = [];
      for (const i of ids) patchIds.push(await propose(worldOf(i), artifactId, [rename("1", "C0", `N${i}`)]));
      const outcomes = await Promise.allSettled(patchIds.map((patchId, i) => apply(worldOf(i), patchId)));
      const won = outcomes.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
      expect(won).toHaveLength(1);
      const winner = `N${won[0]}`;
      const model = await worldOf(0).elsewhere().load({ artifactId });
      expect([model.version, model.graph.elements.get("C0")?.name]).toEqual([3, winner]);
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.status === "fulfilled") continue;
        expect(await refusalOf(Promise.reject(outcome.reason))).toMatchObject({
          reason: "PATCH_CONFLICT",
          metadata: { item: "C0", field: "name", base: "C0", theirs: winner, yours: `N${i}` },
        });
      }
      const { patches } = await worldOf(0).client.listPatches({
        artifactId,
        statuses: [PatchStatus.FAILED],
        pageSize: 100,
      });
      expect(patches).toHaveLength(WRITERS - 1);
    });
  });

  it("the same patch, applied by all at once, is applied once", async () => {
    const worlds = open(3);
    const artifactId = await (worlds[0] as PatchWorld).mint(crowded());
    const patchId = await propose(worlds[0] as PatchWorld, artifactId, [addClass("1", "New")]);
    const outcomes = await Promise.allSettled(
      ids.slice(0, 12).map((i) => apply(worlds[i % 3] as PatchWorld, patchId)),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const model = await (worlds[1] as PatchWorld).elsewhere().load({ artifactId });
    expect(model.version).toBe(3);
    const { patch } = await (worlds[2] as PatchWorld).client.getPatch({ patchId });
    expect(patch?.status).toBe(PatchStatus.APPLIED);
  });

  it("other changes of the artifact are in nobody's way", async () => {
    const [w] = open(1) as [PatchWorld];
    const artifactId = await w.mint(crowded());
    const patchIds: string[] = [];
    for (const i of ids.slice(0, 10))
      patchIds.push(await propose(w, artifactId, [rename("1", `C${i}`, `X${i}`)]));
    const title = (i: number) =>
      renameArtifact(w.deps, w.actor, { artifactId, title: `T${i}`, etag: "", requestId: "" } as never);
    const renamed = (async () => {
      for (const i of patchIds.keys()) await title(i);
    })();
    await Promise.all([renamed, ...patchIds.map((patchId) => apply(w, patchId))]);
    const { elements } = (await w.elsewhere().load({ artifactId })).graph;
    expect([...elements.values()].filter(({ name }) => name.startsWith("X"))).toHaveLength(10);
  });
}

forEachDatabase(suite);
