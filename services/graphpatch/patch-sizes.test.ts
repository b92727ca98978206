import { PatchRefusalSchema, ReviewDecision } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { toBinary } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { onPglite, type GivenDatabase } from "../testing/databases.ts";
import { byId, openPatchWorld, rename, type Operation } from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";

const described = (i: number, documentation: string): Operation => ({
  id: `o${i}`,
  operation: {
    case: "addNode",
    value: { type: "class", name: `C${i}`, parent: byId("shop"), documentation },
  },
});

function suite(given: GivenDatabase): void {
  it("a refusal carries as much as a header can hold, and says how much there is", async () => {
    const w = openPatchWorld(given().database);
    const artifactId = await w.mint();
    const operations = Array.from({ length: 200 }, (_, i) => rename(`o${i}`, `Nobody ${i}`, "X"));
    const error = await w.client.proposePatch({ artifactId, operations }).catch((thrown: unknown) => thrown);
    const [refusal] = (error as ConnectError).findDetails(PatchRefusalSchema);
    expect(refusal?.total).toBe(200);
    expect(refusal?.diagnostics.length).toBeGreaterThan(3);
    expect(refusal && toBinary(PatchRefusalSchema, refusal).length).toBeLessThanOrEqual(4096);
    const { patch } = await w.client.proposePatch({ artifactId, operations, dryRun: true });
    expect(patch?.diagnostics).toHaveLength(200);
    const nack = await w.client.submitChangeSet({
      artifactId,
      baseVersion: 2n,
      operations: operations.slice(0, 100),
      requestId: uuidv7(),
    });
    expect(nack.result).toMatchObject({ case: "nack", value: { diagnostics: { length: 100 } } });
  });

  it("a patch that edits have made too large is refused, and stays as it was", async () => {
    const w = openPatchWorld(given().database);
    const artifactId = await w.mint();
    const operations = Array.from({ length: 150 }, (_, i) => described(i, "x".repeat(19_000)));
    const { patch } = await w.client.proposePatch({ artifactId, operations });
    const patchId = patch?.patchId ?? "";
    const reviews = Array.from({ length: 100 }, (_, i) => ({
      operationId: `o${i}`,
      decision: ReviewDecision.EDITED,
      edited: described(i, "y".repeat(19_000)),
    }));
    expect(await refusalOf(w.client.reviewPatch({ patchId, reviews }))).toMatchObject({
      code: "ResourceExhausted",
      reason: "PATCH_TOO_LARGE",
    });
    const { patches } = await w.client.listPatches({ artifactId });
    expect(patches).toMatchObject([{ patchId, operations: [], reviews: [] }]);
  });
}

onPglite(suite);
