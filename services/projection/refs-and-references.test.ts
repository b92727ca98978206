import { ModelRefKind, ReferenceKind } from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import { ReferenceDirection } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { CreateArtifactRequestSchema } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { WriteDocumentRequestSchema } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { createArtifact, createBranch } from "../artifact/index.ts";
import { writeDocument } from "../artifact/content/write-document.ts";
import { addSnapshot } from "../artifact/content/snapshot-store.ts";
import { artifactStream } from "../artifact/artifact.ts";
import type { Element, Graph } from "../notation/graph.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { renameOf } from "../testing/model-changes.ts";
import { openProjectionWorld, type ProjectionWorld } from "../testing/projection-world.ts";
import { refusalOf } from "../testing/refusal.ts";
import { smallGraph } from "../testing/small-graph.ts";

function withFields(graph: Graph, fields: Record<string, Partial<Element>>): Graph {
  const elements = [...graph.elements].map(([id, element]) => [id, { ...element, ...fields[id] }] as const);
  return { ...graph, elements: new Map(elements) };
}

async function snapshotOf(
  w: ProjectionWorld,
  artifactId: string,
  name: string,
  version: number,
): Promise<void> {
  const file = { sha256: "0".repeat(64), size: 1, mediaType: "text/plain", fileName: "x" };
  await w.deps.database.transaction(w.actor.tenantId, (tx) =>
    addSnapshot(tx, {
      snapshotId: uuidv7(),
      artifactId,
      name,
      description: "",
      branch: "main",
      streamId: artifactStream(artifactId),
      version,
      ...file,
      createdBy: w.actor.userId,
      createTime: new Date(),
    }),
  );
}

/** A process that calls "Ship", which another artifact has, and "Nobody"; and links to that artifact. */
async function callers(w: ProjectionWorld) {
  const shipping = await w.mint(
    withFields(smallGraph("bpmn", ["process Ship", "task Pack in Ship"]), {
      Pack: { key: "logistics.pack" },
    }),
  );
  const deciding = await w.mint(smallGraph("dmn", ["decision Discount"]));
  const selling = await w.mint(
    withFields(
      smallGraph("bpmn", [
        "process Sell",
        'callActivity CallShip in Sell {"calledElement":"Ship"}',
        'callActivity CallNobody in Sell {"calledElement":"Nobody"}',
        'callActivity CallItself in Sell {"calledElement":"Sell"}',
        'businessRuleTask Decide in Sell {"decisionRef":"ns:Discount"}',
        "task Note in Sell",
        "task Handover in Sell",
      ]),
      {
        Note: { documentation: `See ameide:${shipping}#Pack for how.` },
        Handover: { key: "logistics.pack" },
      },
    ),
  );
  return { shipping, deciding, selling };
}

function suite(given: GivenDatabase): void {
  const open = () => openProjectionWorld(given().database);

  it("names every branch, snapshot and version that a projection can be made of, page by page", async () => {
    const w = open();
    const artifactId = await w.mint(smallGraph("uml", ["class A"]));
    await w.change({ artifactId }, (now) => [renameOf(now, "B")]);
    await w.deps.database.transaction(w.actor.tenantId, (tx) =>
      createBranch(tx, w.deps, w.actor, { from: { artifactId }, name: "draft" }),
    );
    await snapshotOf(w, artifactId, "first", 2);
    await snapshotOf(w, artifactId, "second", 3);
    const expected = [
      { kind: ModelRefKind.BRANCH, name: "main", branch: "main", version: 3n },
      { kind: ModelRefKind.BRANCH, name: "draft", branch: "draft", version: 1n },
      { kind: ModelRefKind.SNAPSHOT, name: "second", branch: "main", version: 3n },
      { kind: ModelRefKind.SNAPSHOT, name: "first", branch: "main", version: 2n },
      { kind: ModelRefKind.VERSION, name: "v3", branch: "main", version: 3n },
      { kind: ModelRefKind.VERSION, name: "v2", branch: "main", version: 2n },
    ];
    const all = await w.client.listRefs({ artifactId });
    expect(all.refs).toMatchObject(expected);
    expect(all.nextPageToken).toBe("");
    const paged: unknown[] = [];
    for (let pageToken = "", pages = 0; pages < 9; pages++) {
      const page = await w.client.listRefs({ artifactId, pageSize: 1, pageToken });
      paged.push(...page.refs);
      if (page.nextPageToken === "") break;
      pageToken = page.nextPageToken;
    }
    expect(paged).toEqual(all.refs);
    for (const { branch, version } of all.refs) {
      const { envelope } = await w.client.getProjection({ artifactId, branch, version });
      expect(envelope?.meta).toMatchObject({ branch, asOfVersion: version });
    }
    const { refs } = await w.client.listRefs({ artifactId, kinds: [ModelRefKind.SNAPSHOT] });
    expect(refs).toMatchObject(expected.slice(2, 4));
    const stranger = openProjectionWorld(given().database);
    expect(await refusalOf(stranger.client.listRefs({ artifactId }))).toMatchObject({
      reason: "ARTIFACT_NOT_FOUND",
    });
  });

  it("follows what an artifact says of others: calls, decisions, keys, links; also where nobody is there", async () => {
    const w = open();
    const { shipping, deciding, selling } = await callers(w);
    const { references } = await w.client.listReferences({ artifactId: selling });
    const from = (
      kind: ReferenceKind,
      sourceElementId: string,
      target: string,
      targetElementId: string,
      value: string,
    ) => ({
      kind,
      sourceArtifactId: selling,
      sourceElementId,
      targetArtifactId: target,
      targetElementId,
      value,
    });
    const expected = [
      from(ReferenceKind.CALLS, "CallNobody", "", "", "Nobody"),
      from(ReferenceKind.CALLS, "CallShip", shipping, "Ship", "Ship"),
      from(ReferenceKind.DECIDES, "Decide", deciding, "Discount", "ns:Discount"),
      from(ReferenceKind.SAME_KEY, "Handover", shipping, "Pack", "logistics.pack"),
      from(ReferenceKind.LINK, "Note", shipping, "Pack", `ameide:${shipping}#Pack`),
    ];
    expect(references).toMatchObject(expected);
    const ofOne = await w.client.listReferences({ artifactId: selling, elementId: "Note" });
    expect(ofOne.references).toMatchObject(expected.slice(4));
    const { references: links, nextPageToken } = await w.client.listReferences({
      artifactId: selling,
      kinds: [ReferenceKind.CALLS],
      pageSize: 1,
    });
    expect(links).toMatchObject(expected.slice(0, 1));
    const second = {
      artifactId: selling,
      kinds: [ReferenceKind.CALLS],
      pageSize: 1,
      pageToken: nextPageToken,
    };
    expect((await w.client.listReferences(second)).references).toMatchObject(expected.slice(1, 2));
    const incoming = { artifactId: shipping, direction: ReferenceDirection.INCOMING };
    const back = await w.client.listReferences(incoming);
    expect(back.references).toMatchObject([expected[1], expected[3], expected[4]]);
    const decided = await w.client.listReferences({ ...incoming, artifactId: deciding });
    expect(decided.references).toMatchObject([expected[2]]);
    const intoPack = await w.client.listReferences({ ...incoming, elementId: "Pack" });
    expect(intoPack.references).toMatchObject([expected[3], expected[4]]);
  });

  it("follows the links of documents, as their text is now", async () => {
    const w = open();
    const { shipping, selling } = await callers(w);
    const { deps, actor } = w;
    const kind = { title: "Notes", kind: "common::document" };
    const { artifact } = await createArtifact(
      { ...deps, linkPrimaryChat: async (_tx, _actor, _id, created) => created },
      actor,
      create(CreateArtifactRequestSchema, kind),
    );
    const artifactId = artifact?.artifactId ?? "";
    const write = (text: string) => {
      const content = { case: "text" as const, value: text };
      const request = create(WriteDocumentRequestSchema, { artifactId, content });
      return writeDocument(deps, actor, request, new AbortController().signal);
    };
    await write(`As in ameide:${shipping}#Pack and, again, ameide:${shipping}#Pack.`);
    const link = { kind: ReferenceKind.LINK, sourceArtifactId: artifactId, sourceElementId: "" };
    const toPack = { ...link, targetArtifactId: shipping, targetElementId: "Pack" };
    const outgoing = async () => (await w.client.listReferences({ artifactId })).references;
    expect(await outgoing()).toMatchObject([toPack]);
    const incoming = { artifactId: shipping, direction: ReferenceDirection.INCOMING };
    expect((await w.client.listReferences(incoming)).references).toContainEqual(
      expect.objectContaining(toPack),
    );
    await write(`Rather see ameide:${selling}.`);
    expect(await outgoing()).toMatchObject([{ ...link, targetArtifactId: selling, targetElementId: "" }]);
    expect((await w.client.listReferences(incoming)).references).toHaveLength(3);
  });

  it("forgets what is no longer said, and sees nothing of other tenants", async () => {
    const w = open();
    const { shipping, selling } = await callers(w);
    const stranger = openProjectionWorld(given().database);
    await callers(stranger);
    const incoming = { artifactId: shipping, direction: ReferenceDirection.INCOMING };
    expect((await w.client.listReferences(incoming)).references).toHaveLength(3);
    await w.change({ artifactId: selling }, () => [
      {
        op: "set",
        ref: { kind: "element", id: "CallShip" },
        field: "properties.calledElement",
        from: "Ship",
        to: "Other",
      },
    ]);
    const { references } = await w.client.listReferences(incoming);
    expect(references.map(({ kind }) => kind)).toEqual([ReferenceKind.SAME_KEY, ReferenceKind.LINK]);
    expect(await refusalOf(stranger.client.listReferences(incoming))).toMatchObject({
      reason: "ARTIFACT_NOT_FOUND",
    });
  });
}

describe("refs and references", () => {
  forEachDatabase(suite);
});
