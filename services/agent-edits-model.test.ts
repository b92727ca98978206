import { PatchStatus, ReviewDecision } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readXml } from "./notation/xml/read-xml.ts";
import { startFakeOpenAiServer, type FakeAnswer } from "./testing/fake-openai-server.ts";
import { exportFile, importFile } from "./testing/imported-model.ts";
import { saying } from "./testing/messages.ts";
import { ORDER_BPMN } from "./testing/models/order-bpmn.ts";
import { createRunLine, readInto, type RunLine } from "./testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "./testing/test-server.ts";
import { readUpdates } from "./testing/update-reader.ts";

const ADD = `Add a task "Check credit" after "Receive order" and connect it`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Asks the BPMN agent about an order process of the caller's own. */
async function ask(caller: Caller, text: string, artifactId: string) {
  const { runId } = await caller.chatCommands.ensureChatForArtifactAndSendMessage({
    artifactId,
    message: saying(text),
    agentId: "bpmn",
    requestId: uuidv7(),
  });
  const line = await readInto(createRunLine(), caller.inference.watchRun({ runId }));
  expect(line.faults).toEqual([]);
  return { runId, line };
}

async function orderOf(caller: Caller): Promise<{ artifactId: string; version: bigint }> {
  const { artifact, problems, version } = await importFile(caller, "order.bpmn", ORDER_BPMN);
  expect(problems).toEqual([]);
  return { artifactId: artifact?.artifactId ?? "", version };
}

const suggestionsIn = ({ frames }: RunLine) =>
  frames.flatMap(({ frame }) => (frame.case === "suggestion" ? [frame.value] : []));
const questionIn = ({ frames }: RunLine) =>
  frames.flatMap(({ frame }) => (frame.case === "status" ? [frame.value.interrupt] : [])).at(-1);

async function renameReceive(
  caller: Caller,
  { artifactId, version: baseVersion }: { artifactId: string; version: bigint },
  name: string,
): Promise<void> {
  const target = { selector: { case: "nodeId" as const, value: "Receive" } };
  const operations = [{ id: "1", operation: { case: "rename" as const, value: { target, name } } }];
  const requestId = uuidv7();
  const { result } = await caller.patches.submitChangeSet({ artifactId, baseVersion, requestId, operations });
  expect(result.case).toBe("ack");
}

async function goOn(caller: Caller, runId: string, line: RunLine, approved: boolean): Promise<void> {
  const interruptId = questionIn(line)?.interruptId ?? "";
  const answer = { case: "confirm" as const, value: { approved } };
  await caller.inference.resumeRun({ runId, requestId: uuidv7(), interruptId, answer: { answer } });
  line.state = undefined;
  const place = { resumeToken: line.token, afterSeq: BigInt(line.seq) };
  await readInto(line, caller.inference.watchRun({ runId, ...place }));
  expect(line.faults).toEqual([]);
}

describe("an agent that edits a model", () => {
  it("suggests a patch; a person lets it be applied; watchers get one delta; the file has the task", async () => {
    const alice = await server.as();
    const { artifactId, version } = await orderOf(alice);
    const { checkpointToken } = await alice.artifactQueries.getArtifact({ artifactId });
    const watcher = readUpdates((options) =>
      alice.artifactQueries.streamArtifactUpdates({ artifactId, checkpointToken }, options),
    );
    const { runId, line } = await ask(alice, ADD, artifactId);
    expect(line.state).toBe(RunState.INTERRUPTED);
    const [suggestion] = suggestionsIn(line);
    expect(suggestion?.patch).toMatchObject({
      status: PatchStatus.PROPOSED,
      artifactId,
      author: { agentId: "bpmn", runId },
      operations: { length: 3 },
    });
    expect(questionIn(line)?.patchId).toBe(suggestion?.patch?.patchId);
    expect(await exportFile(alice, artifactId)).toBe(ORDER_BPMN);

    await goOn(alice, runId, line, true);
    expect(line.state).toBe(RunState.COMPLETED);
    expect(line.text).toMatch(/^Done: it is version \d+ of the model\.$/);
    expect(suggestionsIn(line).at(-1)?.patch?.status).toBe(PatchStatus.APPLIED);
    const patchId = suggestion?.patch?.patchId ?? "";
    const { patch } = await alice.patches.getPatch({ patchId });
    expect(patch?.receipt?.untouchedBefore).toBe(patch?.receipt?.untouchedAfter);
    expect(patch).toMatchObject({ approvedBy: alice.userId, receipt: { rebased: false } });
    expect(patch?.appliedVersion).toBeGreaterThan(version);

    await expect
      .poll(() => watcher.updates.map(({ update }) => update.case).filter((kind) => kind === "modelDelta"))
      .toEqual(["modelDelta"]);
    watcher.leave();
    await watcher.over;

    const xml = await exportFile(alice, artifactId);
    expect(xml).toContain("Check credit");
    readXml(new TextEncoder().encode(xml));
    const again = await importFile(alice, "again.bpmn", xml, { validateOnly: true });
    expect(again.problems).toEqual([]);
    const { entries } = await alice.patches.getProvenance({ artifactId });
    expect(entries.some(({ author }) => author?.agentId === "bpmn")).toBe(true);
  });

  it("applies what is left when a person rejects an operation first", async () => {
    const alice = await server.as();
    const { artifactId } = await orderOf(alice);
    const { runId, line } = await ask(alice, `rename "Receive order" to "Take order"`, artifactId);
    const patchId = questionIn(line)?.patchId ?? "";
    const { patch } = await alice.patches.getPatch({ patchId });
    const operationId = patch?.operations[0]?.id ?? "";
    await alice.patches.reviewPatch({
      patchId,
      reviews: [{ operationId, decision: ReviewDecision.REJECTED, comment: "Keep it" }],
    });
    await goOn(alice, runId, line, true);
    expect(line.text).toBe("I changed nothing, as you wish.\n\n- operation 1: Keep it");
    expect(await exportFile(alice, artifactId)).toBe(ORDER_BPMN);
  });

  it("may be answered by an editor only; a viewer's chat may still ask for a proposal", async () => {
    const alice = await server.as();
    const { artifactId } = await orderOf(alice);
    const reviewer = await alice.colleague("reviewer");
    const { runId, line } = await ask(reviewer, `rename "Receive order" to "Take order"`, artifactId);
    const interruptId = questionIn(line)?.interruptId ?? "";
    const answer = { answer: { case: "confirm" as const, value: { approved: true } } };
    await expect(
      reviewer.inference.resumeRun({ runId, requestId: uuidv7(), interruptId, answer }),
    ).rejects.toThrow(/artifact\.write/);
    await goOn(reviewer, runId, line, false);
    expect(line.state).toBe(RunState.COMPLETED);
  });

  // Seen to fail when the answer is taken for whatever the patch holds by then.
  it("applies nothing but what the person was asked about", async () => {
    const alice = await server.as();
    const { artifactId } = await orderOf(alice);
    const { runId, line } = await ask(alice, `rename "Receive order" to "Take order"`, artifactId);
    const patchId = questionIn(line)?.patchId ?? "";
    const bob = await alice.colleague("editor");
    const target = { selector: { case: "nodeId" as const, value: "Ship" } };
    const operations = [{ id: "1", operation: { case: "removeNode" as const, value: { target } } }];
    await bob.patches.proposePatch({ artifactId, patchId, operations });
    await goOn(alice, runId, line, true);
    expect(line.state).toBe(RunState.INTERRUPTED);
    expect(questionIn(line)?.patchId).not.toBe(patchId);
    expect(await exportFile(alice, artifactId)).toBe(ORDER_BPMN);
  });

  // Seen to fail when the allow-list is asked once more after a person was.
  it("takes a no for a no, even if it might do it alone by then", async () => {
    const alice = await server.as();
    const { artifactId } = await orderOf(alice);
    const { runId, line } = await ask(alice, `rename "Receive order" to "Take order"`, artifactId);
    const admin = await alice.colleague("admin");
    await admin.autopilot.setAutopilot({ agentId: "bpmn", operationTypes: ["rename"], maxOperations: 10 });
    await goOn(alice, runId, line, false);
    expect(line.text).toBe("I changed nothing, as you wish.");
    expect(await exportFile(alice, artifactId)).toBe(ORDER_BPMN);
    const alone = await ask(alice, `rename "Receive order" to "Take order"`, artifactId);
    expect(alone.line.state).toBe(RunState.COMPLETED);
    expect(suggestionsIn(alone.line).at(-1)?.patch?.approvedBy).toBe("allow-list");
  });

  it("applies the repair that was asked about, though others have made another one meanwhile", async () => {
    const alice = await server.as();
    const unnamed = ORDER_BPMN.replace('name="Ship goods"', "").replace('name="In stock?"', "");
    const { artifact, version } = await importFile(alice, "order.bpmn", unnamed);
    const order = { artifactId: artifact?.artifactId ?? "", version };
    const { runId, line } = await ask(alice, "label unnamed elements", order.artifactId);
    await renameReceive(await alice.colleague("editor"), order, "Receive order by mail");
    await goOn(alice, runId, line, true);
    expect(line.text).toMatch(/^Done: it is version \d+ of the model\.$/);
    expect(await exportFile(alice, order.artifactId)).toContain("Which way after “Receive order”?");
  });

  it("looks again and asks again when somebody else was faster", async () => {
    const alice = await server.as();
    const order = await orderOf(alice);
    const { runId, line } = await ask(alice, `rename "Receive order" to "Take order"`, order.artifactId);
    const first = questionIn(line)?.patchId;
    await renameReceive(await alice.colleague("editor"), order, "Receive order by mail");
    await goOn(alice, runId, line, true);
    expect(line.state).toBe(RunState.INTERRUPTED);
    expect(questionIn(line)?.patchId).not.toBe(first);
    expect(await exportFile(alice, order.artifactId)).not.toContain("Take order");
    await goOn(alice, runId, line, true);
    expect(line.state).toBe(RunState.COMPLETED);
    expect(await exportFile(alice, order.artifactId)).toContain('name="Take order"');
  });
});

describe("an agent with a provider's model", () => {
  const call = (id: string, name: string, args: object): FakeAnswer => ({
    kind: "tools",
    calls: [{ id, name, args: JSON.stringify(args) }],
  });
  const rename = (id: string, target: string) =>
    call(id, "propose_patch", {
      title: "Clearer name",
      operations: [{ op: "rename", target, name: "Take order" }],
    });

  it("reads the model, repairs a proposal that is invalid, and one that conflicts", async () => {
    const fake = await startFakeOpenAiServer();
    const models = [{ name: "modeller", price: { input: 1, output: 2 } }];
    const provider = { id: "acme", kind: "openai", base_url: fake.baseUrl, api_key: "key", models };
    const own = await startTestServer({ MODEL_PROVIDERS: JSON.stringify([provider]) });
    const alice = await own.as();
    const order = await orderOf(alice);
    fake.answerWith(
      call("1", "understand_model", { intent: "modify", focus: ["Receive"] }),
      rename("2", "Recieve"),
      rename("3", "Receive"),
      rename("4", "Receive"),
      { kind: "text", text: "It is called Take order now." },
    );
    const { runId, line } = await ask(alice, "Give the first task a clearer name", order.artifactId);
    const told = (n: number) => JSON.stringify(fake.requests[n]?.body.messages.at(-1));
    expect(JSON.stringify(fake.requests[0]?.body.messages[0])).toContain(order.artifactId);
    expect(told(1)).toContain("Receive order");
    expect(told(2)).toContain("SELECTOR_NO_MATCH");
    expect(told(2)).toContain("invalid");
    expect(line.state).toBe(RunState.INTERRUPTED);
    expect(suggestionsIn(line)).toHaveLength(1);

    await renameReceive(await alice.colleague("editor"), order, "Receive order by mail");
    await goOn(alice, runId, line, true);
    expect(told(3)).toContain("PATCH_CONFLICT");
    expect(told(3)).toContain("Receive order by mail");
    expect(line.state).toBe(RunState.INTERRUPTED);
    await goOn(alice, runId, line, true);
    expect(told(4)).toContain("applied");
    expect(line).toMatchObject({ state: RunState.COMPLETED, text: "It is called Take order now." });
    expect(await exportFile(alice, order.artifactId)).toContain('name="Take order"');
    await own.stop();
    await fake.close();
  });
});
