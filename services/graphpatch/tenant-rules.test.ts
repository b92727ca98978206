import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import type { Rule } from "../notation/notation.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { addClass, openPatchWorld, rename } from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";

/** At most five classes, and no name with an exclamation mark. */
const RULES: readonly Rule[] = [
  {
    id: "tenant/few",
    severity: "error",
    says: "There are at most five classes.",
    *check({ elements }) {
      const classes = [...elements.values()].filter(({ type }) => type === "class");
      for (const { id } of classes.slice(5))
        yield { severity: "error", code: "tenant/few", message: "there are too many classes", itemId: id };
    },
  },
  {
    id: "tenant/calm",
    severity: "warning",
    says: "No name shouts.",
    *check({ elements }) {
      for (const { id, name } of elements.values())
        if (name.includes("!"))
          yield { severity: "warning", code: "tenant/calm", message: "the name shouts", itemId: id };
    },
  },
];

function suite(given: GivenDatabase): void {
  const open = async () => {
    const w = openPatchWorld(given().database, { rulesOf: async () => RULES });
    return { w, artifactId: await w.mint() };
  };

  it("an error of a tenant's rule stops a patch that brings it, a warning does not", async () => {
    const { w, artifactId } = await open();
    const loud = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "Order!")] });
    expect(loud.patch?.diagnostics).toMatchObject([{ code: "tenant/calm", itemId: "Order" }]);
    const operations = [addClass("1", "A"), addClass("2", "B")];
    expect(await refusalOf(w.client.proposePatch({ artifactId, operations }))).toMatchObject({
      reason: "PATCH_INVALID",
      metadata: { code: "tenant/few" },
    });
  });

  // Seen to fail without the rules at the head: both land, and there are six classes.
  it("two patches that are each right and together break a rule: the second is stopped", async () => {
    const { w, artifactId } = await open();
    const propose = async (id: string) =>
      (await w.client.proposePatch({ artifactId, operations: [addClass("1", id, id)] })).patch?.patchId ?? "";
    const apply = (patchId: string) =>
      w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
    const [first, second] = [await propose("A"), await propose("B")];
    await apply(first);
    const { reason } = await refusalOf(apply(second));
    expect(["PATCH_INVALID", "READ_SET_STALE"]).toContain(reason);
    const { elements } = (await w.load({ artifactId })).graph;
    expect([elements.has("A"), elements.has("B")]).toEqual([true, false]);
  });

  it("what broke a rule before the patch is no fault of the patch", async () => {
    const w = openPatchWorld(given().database);
    const artifactId = await w.mint();
    for (const id of ["A", "B"])
      await w.client.submitChangeSet({
        artifactId,
        baseVersion: 2n,
        operations: [addClass("1", id)],
        requestId: uuidv7(),
      });
    const strict = openPatchWorld(given().database, { ...w.deps, rulesOf: async () => RULES }, w.actor);
    const operations = [rename("1", "Order", "Purchase")];
    const { patch } = await strict.client.proposePatch({ artifactId, operations });
    expect(patch?.diagnostics).toEqual([]);
  });
}

forEachDatabase(suite);
