import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../services/platform/db/database.ts";
import { openPatchWorld, rename, type PatchWorld } from "../../services/testing/patch-world.ts";
import { smallGraph } from "../../services/testing/small-graph.ts";

const PATCHES = 200;
const IN_FLIGHT = 16;

/** Applies a second of patches of one operation that have nothing in common. */
export async function measureRates(database: Database) {
  return {
    unit: "applies/s",
    inFlight: IN_FLIGHT,
    oneArtifact: await rateOver(openPatchWorld(database), 1),
    hundredArtifacts: await rateOver(openPatchWorld(database), 100),
  };
}

async function rateOver(world: PatchWorld, artifacts: number): Promise<number> {
  const each = PATCHES / artifacts;
  const classes = Array.from({ length: each }, (_, i) => `C${i}`);
  const graph = smallGraph("uml", ["package shop", ...classes.map((id) => `class ${id} in shop`)]);
  const patchIds: string[] = [];
  for (let n = 0; n < artifacts; n++) {
    const artifactId = await world.mint(graph);
    for (const id of classes) {
      const { patch } = await world.client.proposePatch({
        artifactId,
        operations: [rename("1", id, `New ${id}`)],
      });
      patchIds.push(patch?.patchId ?? "");
    }
  }
  const start = performance.now();
  const waiting = patchIds.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const patchId of waiting)
        await world.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
    }),
  );
  return Math.round((PATCHES * 1000) / (performance.now() - start));
}
