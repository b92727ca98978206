import { ItemKind } from "@ameide/proto/ameide/model/v1/model_pb.js";
import {
  ElisionKind,
  ProjectionIntent,
  ProjectionTokenizer,
} from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import { GetProjectionResponseSchema } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { encode as cl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import type { Change } from "../notation/change.ts";
import type { Graph } from "../notation/graph.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { renameOf } from "../testing/model-changes.ts";
import { generateModel } from "../testing/model-graphs.ts";
import { openProjectionWorld } from "../testing/projection-world.ts";
import { refusalOf } from "../testing/refusal.ts";
import { smallGraph } from "../testing/small-graph.ts";
import { expandHandle, projectModel } from "./index.ts";

const tokens = (text: string) => encode(text, { disallowedSpecial: new Set() }).length;

const addTask = (id: string, parent: string): Change => ({
  op: "add",
  item: {
    kind: "element",
    value: { id, type: "userTask", name: "New", parent, documentation: "", properties: {} },
  },
});

const removed = (graph: Graph, id: string): Change[] => {
  const value = graph.relations.get(id);
  const ids = [...graph.relations.keys()];
  const before = ids[ids.indexOf(id) + 1];
  if (!value) throw new Error(`there is no relation ${id}`);
  return [{ op: "remove", item: { kind: "relation", value }, ...(before !== undefined && { before }) }];
};

function suite(given: GivenDatabase): void {
  const open = () => openProjectionWorld(given().database);

  it("says what it is of, counts its text exactly and has the same bytes each time", async () => {
    const w = open();
    const artifactId = await w.mint(generateModel("bpmn", 400));
    const request = { artifactId, tokenBudget: 1500 };
    const { envelope } = await w.client.getProjection(request);
    expect(envelope).toMatchObject({
      meta: {
        system: "ameide",
        artifactId,
        branch: "main",
        asOfVersion: 2n,
        intent: ProjectionIntent.ANALYZE,
        tokenizer: "o200k_base",
        notation: "bpmn",
      },
      tokenCount: tokens(envelope?.text ?? ""),
      tokenBudget: 1500,
    });
    expect(envelope?.tokenCount).toBeLessThanOrEqual(1500);
    expect(envelope?.tokenCount).toBeGreaterThan(1300);
    const elements = envelope?.elisions?.counts.filter(({ kind }) => kind === ItemKind.ELEMENT) ?? [];
    expect(elements.reduce((sum, { total }) => sum + total, 0)).toBe(400);
    expect(elements.every(({ total, included, elided }) => included + elided === total)).toBe(true);
    expect(envelope?.hotspots.length).toBeGreaterThan(0);
    expect(envelope?.scenarios.length).toBeGreaterThan(0);
    const bytes = async () => toBinary(GetProjectionResponseSchema, await w.client.getProjection(request));
    expect(await bytes()).toEqual(
      toBinary(
        GetProjectionResponseSchema,
        create(GetProjectionResponseSchema, { envelope: envelope as never }),
      ),
    );
    expect(await bytes()).toEqual(await bytes());
  });

  it("is counted with another tokenizer on demand", async () => {
    const w = open();
    const artifactId = await w.mint(generateModel("uml", 100));
    const { envelope } = await w.client.getProjection({
      artifactId,
      tokenBudget: 500,
      tokenizer: ProjectionTokenizer.CL100K_BASE,
    });
    expect(envelope?.meta?.tokenizer).toBe("cl100k_base");
    expect(envelope?.tokenCount).toBe(cl100k(envelope?.text ?? "").length);
  });

  it("differs by intent", async () => {
    const w = open();
    const graph = generateModel("bpmn", 300);
    const artifactId = await w.mint(graph);
    const focus = [...graph.elements.values()].find(({ type }) => type === "userTask")?.id ?? "";
    const of = async (intent: ProjectionIntent, focusIds: string[] = [focus]) =>
      (await w.client.getProjection({ artifactId, intent, focusIds, tokenBudget: 1200 })).envelope;
    const analyze = await of(ProjectionIntent.ANALYZE, []);
    expect(analyze?.metrics.length).toBeGreaterThan(10);
    expect(analyze?.rules).toEqual([]);
    const modify = await of(ProjectionIntent.MODIFY);
    const relation = [...graph.relations.values()].find(({ source }) => source === focus);
    expect(modify?.text).toContain(`[${relation?.id}]`);
    expect(modify?.text).toContain("may add: ");
    expect(modify?.nodes.map(({ id }) => id)).toContain(relation?.target);
    const validate = await of(ProjectionIntent.VALIDATE, []);
    expect(validate?.rules.length).toBeGreaterThan(0);
    expect(validate?.text).toContain("rule bpmn/");
    const impact = await of(ProjectionIntent.IMPACT);
    expect(impact?.impacted.find(({ id }) => id === relation?.target)).toMatchObject({
      distance: 1,
      viaId: focus,
      viaType: "sequenceFlow",
    });
    expect(impact?.text).toContain("affected at distance 1:");
  });

  it("tells the handles of what it left out; each opens, also what it left out in turn", async () => {
    const w = open();
    const graph = generateModel("archimate", 900);
    const artifactId = await w.mint(graph);
    const { envelope } = await w.client.getProjection({ artifactId, tokenBudget: 800 });
    const [known] = envelope?.elisions?.groups.filter(({ kind }) => kind === ElisionKind.ELEMENTS) ?? [];
    expect(envelope?.text).toContain(`expand ${envelope?.envelopeId}+n`);
    const { envelope: part } = await w.client.expandProjection({
      artifactId,
      handle: known?.handle ?? "",
      tokenBudget: 600,
    });
    expect(part?.tokenCount).toBe(tokens(part?.text ?? ""));
    expect(part?.tokenCount).toBeLessThanOrEqual(600);
    const counts = part?.elisions?.counts.filter(({ kind }) => kind === ItemKind.ELEMENT) ?? [];
    expect(counts).toMatchObject([{ type: known?.type, total: known?.count }]);
    expect(part?.nodes.length).toBeGreaterThan(0);
    const shown = new Set(envelope?.nodes.map(({ id }) => id));
    expect(part?.nodes.filter(({ id }) => shown.has(id))).toEqual([]);
    for (const { id } of part?.nodes ?? []) expect(graph.elements.get(id)?.type).toBe(known?.type);
    const [inner] = part?.elisions?.groups ?? [];
    const { envelope: deeper } = await w.client.expandProjection({ artifactId, handle: inner?.handle ?? "" });
    const seen = new Set([...shown, ...(part?.nodes.map(({ id }) => id) ?? [])]);
    expect(deeper?.nodes.length).toBeGreaterThan(0);
    expect(deeper?.nodes.filter(({ id }) => seen.has(id))).toEqual([]);
  });

  it("opens a handle as of the version that it is of, though the model has changed since", async () => {
    const w = open();
    const graph = generateModel("bpmn", 500);
    const artifactId = await w.mint(graph);
    const focusIds = [[...graph.elements.keys()][77] ?? ""];
    const { envelope } = await w.client.getProjection({
      artifactId,
      tokenBudget: 500,
      focusIds,
      options: { maxDepth: 2 },
    });
    const handles = envelope?.elisions?.groups.map(({ handle }) => handle) ?? [];
    const expand = async (handle: string) =>
      (await w.client.expandProjection({ artifactId, handle })).envelope;
    const before = await Promise.all(handles.map(expand));
    await w.change({ artifactId }, (now) => [renameOf(now, "Renamed", focusIds[0])]);
    expect(await Promise.all(handles.map(expand))).toEqual(before);
    expect(
      before.map((part) => (part?.nodes.length ?? 0) + (part?.edges.length ?? 0)).slice(0, -1),
    ).not.toContain(0);
  });

  it("refuses a handle that was made up, is of another artifact or another tenant's, or is not there", async () => {
    const w = open();
    const [artifactId, other] = [
      await w.mint(generateModel("dmn", 200)),
      await w.mint(generateModel("dmn", 200)),
    ];
    const { envelope } = await w.client.getProjection({ artifactId, tokenBudget: 300 });
    const view = envelope?.envelopeId ?? "";
    const refused = { reason: "PROJECTION_HANDLE_INVALID" };
    const expand = (handle: string, id = artifactId) => w.client.expandProjection({ artifactId: id, handle });
    expect(await refusalOf(expand(`${view}+99`))).toMatchObject(refused);
    expect(await refusalOf(expand(`A${view}+1`))).toMatchObject(refused);
    expect(await refusalOf(expand(`${view.slice(0, -2)}+1`))).toMatchObject(refused);
    expect(await refusalOf(expand(`${view}+1`, other))).toMatchObject(refused);
    expect(await refusalOf(expand(view))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    const stranger = openProjectionWorld(given().database);
    const asStranger = stranger.client.expandProjection({ artifactId, handle: `${view}+1` });
    expect(await refusalOf(asStranger)).toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
  });

  it("says what has changed since a version or an earlier projection", async () => {
    const w = open();
    const graph = generateModel("bpmn", 120);
    const artifactId = await w.mint(graph);
    const first = await w.client.getProjection({ artifactId });
    const process = [...graph.elements.values()].find(({ type }) => type === "process")?.id ?? "";
    const [gone] = graph.relations.keys();
    await w.change({ artifactId }, (now) => [
      renameOf(now, "Renamed", process),
      addTask("Task_new", process),
      ...removed(now, gone ?? ""),
    ]);
    const expected = {
      baselineVersion: 2n,
      added: [{ kind: ItemKind.ELEMENT, id: "Task_new" }],
      removed: [{ kind: ItemKind.RELATION, id: gone }],
      changed: [{ ref: { kind: ItemKind.ELEMENT, id: process }, fields: ["name"] }],
      totalAdded: 1,
      totalRemoved: 1,
      totalChanged: 1,
    };
    for (const baseline of [
      { case: "baselineVersion" as const, value: 2n },
      { case: "baselineEnvelopeId" as const, value: first.envelope?.envelopeId ?? "" },
    ]) {
      const { envelope } = await w.client.getProjection({ artifactId, baseline, tokenBudget: 600 });
      expect(envelope?.delta).toMatchObject(expected);
      expect(envelope?.text).toContain("since version 2: elements +1 -0 ~1, relations +0 -1 ~0");
      expect(envelope?.text).toContain('to "Renamed"');
      expect(envelope?.hotspots.flatMap(({ why }) => why.map(({ reason }) => reason))).not.toContain("churn");
      expect(envelope?.evidence?.commits).toMatchObject([{ version: 3n, author: w.actor.userId }]);
    }
    const wrong = { case: "baselineEnvelopeId" as const, value: "AAAAAAAA" };
    const refused = w.client.getProjection({ artifactId, baseline: wrong });
    expect(await refusalOf(refused)).toMatchObject({ reason: "PROJECTION_BASELINE_INVALID" });
  });

  it("counts what changes often among the hotspots", async () => {
    const w = open();
    const graph = generateModel("uml", 80);
    const artifactId = await w.mint(graph);
    const busy = [...graph.elements.keys()][40] ?? "";
    for (const name of ["A", "B", "C"]) await w.change({ artifactId }, (now) => [renameOf(now, name, busy)]);
    const { envelope } = await w.client.getProjection({ artifactId });
    const churned = envelope?.hotspots.find(({ id }) => id === busy);
    expect(churned?.why).toContainEqual(expect.objectContaining({ reason: "churn", value: 3 }));
  });

  it("refuses a focus that is not there, or that does not fit, and a budget out of bounds", async () => {
    const w = open();
    const graph = generateModel("bpmn", 120);
    const artifactId = await w.mint(graph);
    const get = (request: object) => refusalOf(w.client.getProjection({ artifactId, ...request }));
    expect(await get({ focusIds: ["nobody"] })).toMatchObject({
      reason: "PROJECTION_FOCUS_UNKNOWN",
      metadata: { focus: "nobody" },
    });
    expect(await get({ focusTypes: ["nothing"] })).toMatchObject({ reason: "PROJECTION_FOCUS_UNKNOWN" });
    const focusIds = [...graph.elements.keys()].slice(0, 50);
    expect(await get({ focusIds, tokenBudget: 100 })).toMatchObject({ reason: "PROJECTION_FOCUS_TOO_LARGE" });
    for (const tokenBudget of [-1, 99, 32_001])
      expect(await get({ tokenBudget })).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    expect(await get({ version: 9n })).toMatchObject({ reason: "REVISION_NOT_FOUND" });
    expect(await get({ branch: "draft" })).toMatchObject({ reason: "BRANCH_NOT_FOUND" });
    expect(await get({ artifactId: uuidv7() })).toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
    const { envelope } = await w.client.getProjection({
      artifactId,
      focusTypes: ["bpmn:UserTask"],
      tokenBudget: 300,
    });
    expect(new Set(envelope?.nodes.map(({ type }) => type))).toEqual(new Set(["userTask"]));
  });

  it("is there for agents as it is for programs", async () => {
    const w = open();
    const artifactId = await w.mint(generateModel("bpmn", 200));
    const { tenantId } = w.actor;
    const { text, tokenCount } = await projectModel(w.deps, tenantId, { artifactId, tokenBudget: 500 });
    const { envelope } = await w.client.getProjection({ artifactId, tokenBudget: 500 });
    expect([text, tokenCount]).toEqual([envelope?.text, envelope?.tokenCount]);
    // An agent reads the view in the text and puts the end of a handle behind it.
    const view = /expand (\S+)\+n/.exec(text)?.[1] ?? "";
    const part = await expandHandle(w.deps, tenantId, { artifactId, handle: `${view}+1`, tokenBudget: 500 });
    expect(part.text).toContain("a part");
  });

  it("keeps names and ids of others as they are, whatever is in them", async () => {
    const w = open();
    const graph = smallGraph("uml", ["package p", "class A in p", "class B in p"], []);
    const odd = 'a "b" \n <|endoftext|>  c\u2028d';
    const elements = new Map(graph.elements);
    elements.set("x  y", {
      id: "x  y",
      type: "class",
      name: odd,
      documentation: "",
      properties: {},
      parent: "p",
    });
    const artifactId = await w.mint({ ...graph, elements });
    const { envelope } = await w.client.getProjection({
      artifactId,
      focusIds: ["x  y"],
      intent: ProjectionIntent.MODIFY,
    });
    expect(envelope?.tokenCount).toBe(tokens(envelope?.text ?? ""));
    expect(envelope?.text).toContain(String.raw`class "x\u0020 y" "a \"b\" <|endoftext|> c d"`);
    expect(envelope?.nodes.map(({ id }) => id)).toContain("x  y");
  });
}

describe("a projection", () => {
  forEachDatabase(suite);
});
