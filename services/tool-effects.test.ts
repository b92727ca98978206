import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { forEachDatabase } from "./testing/databases.ts";
import { actorOf, openTestSlices } from "./testing/test-slices.ts";

forEachDatabase((given) => {
  // Seen to fail when the request id in slices.ts is not made of the key: each repeat is an artifact of its own.
  it("a tool that is repeated under one key, by however many executors, has had its effect once", async () => {
    const slices = await openTestSlices({ database: given().database });
    const alice = actorOf();
    const wanted = { title: `Orders ${uuidv7()}`, kind: "bpmn" };
    const key = `${uuidv7()}/call-1`;
    const repeated = Array.from({ length: 10 }, () => slices.tools.createArtifact(alice, wanted, key));
    const ids = new Set(await Promise.all(repeated));
    expect(ids.size).toBe(1);
    const found = await slices.tools.findArtifacts(alice, wanted.title);
    expect(found.map(({ artifactId }) => artifactId)).toEqual([...ids]);
    expect(await slices.tools.createArtifact(alice, wanted, `${key}2`)).not.toBe([...ids][0]);
    await slices.close();
  });
});
