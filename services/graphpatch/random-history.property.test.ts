import {
  PatchOrigin,
  PatchStatus,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { readChanges } from "../artifact/index.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { onPglite, onPostgres, type GivenDatabase } from "../testing/databases.ts";
import {
  addClass,
  byId,
  connect,
  openPatchWorld,
  remove,
  rename,
  type Operation,
  type PatchWorld,
} from "../testing/patch-world.ts";
import { seeded, seedsToTry } from "../testing/seeded.ts";
import { hashGraph } from "./compile/index.ts";
import { evolvePatch, newPatch, patchStream, type PatchEvent } from "./patch.ts";
import { findPatch } from "./store.ts";

const SEEDS = seedsToTry(4, "AMEIDE_SEEDS");
const STEPS = 40;
const WRITERS = 4;
const CLASSES = ["Order", "Line", "Invoice", "Customer"];
const BRANCHES = ["main", "draft"];
const ALL = [PatchOrigin.PROPOSAL, PatchOrigin.CHANGE_SET, PatchOrigin.REVERT, PatchOrigin.MERGE];

type Draw = <T>(from: readonly T[]) => T;

function operation(draw: Draw, id: string): Operation {
  const name = `N${draw([1, 2, 3, 4, 5, 6, 7, 8])}`;
  return draw<() => Operation>([
    () => rename(id, draw(CLASSES), name),
    () => addClass(id, `${name} ${id}`),
    () => connect(id, byId(draw(CLASSES)), byId(draw(CLASSES))),
    () => remove(id, draw(CLASSES)),
  ])();
}

/** One step of somebody who may meet others in whatever they do. */
async function step({ client }: PatchWorld, artifactId: string, draw: Draw): Promise<unknown> {
  const operations = ["a", "b", "c"].slice(0, draw([1, 2, 3])).map((id) => operation(draw, id));
  const [branch, requestId] = [draw(BRANCHES), uuidv7()];
  const { patches } = await client.listPatches({ artifactId, origins: ALL, pageSize: 30 });
  const patchId = patches.length > 0 ? draw(patches).patchId : uuidv7();
  return draw<() => Promise<unknown>>([
    () => client.proposePatch({ artifactId, branch, operations }),
    () => client.proposePatch({ artifactId, branch, operations, patchId }),
    () => client.reviewPatch({ patchId, reviews: [{ operationId: "a", decision: ReviewDecision.REJECTED }] }),
    () => client.applyPatch({ patchId, requestId, approveUndecided: true }),
    () => client.applyPatch({ patchId, requestId, approveUndecided: true }),
    () => client.revertPatch({ patchId, requestId, apply: draw([true, false]) }),
    () => client.submitChangeSet({ artifactId, branch, operations, baseVersion: 2n, requestId }),
    () =>
      client.mergeBranch({
        artifactId,
        from: branch,
        into: branch === "main" ? "draft" : "main",
        requestId,
        apply: true,
      }),
  ])();
}

/** What may come of it when others were faster, or when it makes no sense. */
const EXPECTED = new Set([Code.Aborted, Code.FailedPrecondition, Code.InvalidArgument, Code.NotFound]);

async function live(worlds: readonly PatchWorld[], artifactId: string, seed: number): Promise<number> {
  let refused = 0;
  await Promise.all(
    worlds.map(async (world, writer) => {
      const random = seeded(seed * 100 + writer);
      const draw: Draw = (from) => from[Math.floor(random() * from.length)] as (typeof from)[number];
      for (let n = 0; n < STEPS / WRITERS; n++)
        await step(world, artifactId, draw).catch((error: unknown) => {
          if (!(error instanceof ConnectError) || !EXPECTED.has(error.code)) throw error;
          refused += 1;
        });
    }),
  );
  return refused;
}

async function checkPatches({ client, deps, actor }: PatchWorld, artifactId: string) {
  const reader = deps.database.reader(actor.tenantId);
  const { patches } = await client.listPatches({ artifactId, origins: ALL, pageSize: 100 });
  for (const { patchId } of patches) {
    const events = await deps.events.read(reader, patchStream(patchId));
    const folded = events.reduce(
      (state, { data, version, time, metadata }) =>
        evolvePatch(state, data as PatchEvent, { version, time, userId: metadata.userId }),
      newPatch(patchId),
    );
    expect(folded).toEqual(await findPatch(reader, patchId));
  }
  return patches.filter(({ status }) => status === PatchStatus.APPLIED);
}

function suite(given: GivenDatabase): void {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "whatever many do at once (seed %i), each version is one patch's, and its receipt is true",
    async (seed) => {
      const first = openPatchWorld(given().database);
      const worlds = [first, ...Array.from({ length: WRITERS - 1 }, () => first.elsewhere())];
      const artifactId = await first.mint();
      await first.client.createBranch({ artifactId, name: "draft" });
      await live(worlds, artifactId, seed);
      const applied = await checkPatches(first, artifactId);
      for (const branch of BRANCHES) {
        const fresh = first.elsewhere();
        const head = await fresh.load({ artifactId, branch });
        for (const world of worlds)
          expect(diffGraphs((await world.load({ artifactId, branch })).graph, head.graph)).toEqual([]);
        const begin = branch === "main" ? 2 : 1;
        const commits = await readChanges(
          fresh.deps,
          first.actor.tenantId,
          { artifactId, branch },
          begin,
          head.version,
        );
        const own = applied.filter(
          (each) => each.branch === branch && (each.receipt?.touched.length ?? 0) > 0,
        );
        expect(commits.map(({ patchId }) => patchId).toSorted()).toEqual(
          own.map(({ patchId }) => patchId).toSorted(),
        );
        for (const { patchId, version, fromVersion } of commits) {
          const { receipt, appliedVersion } = own.find((each) => each.patchId === patchId) ?? {};
          const before = (await fresh.load({ artifactId, branch, version: fromVersion })).graph;
          const after = (await fresh.load({ artifactId, branch, version })).graph;
          expect(appliedVersion).toBe(BigInt(version));
          expect([receipt?.modelBefore, receipt?.modelAfter]).toEqual([hashGraph(before), hashGraph(after)]);
          expect(receipt?.untouchedAfter).toBe(receipt?.untouchedBefore);
        }
      }
    },
  );
}

onPglite(suite);
onPostgres(suite);
