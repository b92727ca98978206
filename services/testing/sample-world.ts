import { v7 as uuidv7 } from "uuid";
import type { SampleIds } from "./sample-requests.ts";
import type { Caller } from "./test-server.ts";

/** A private chat of the caller, linked to an artifact. */
export async function mintChat(caller: Caller): Promise<Pick<SampleIds, "chatId" | "artifactId">> {
  const { chat } = await caller.chatCommands.createChat({ title: "A chat" });
  const chatId = chat?.chatId ?? "";
  const { artifact } = await caller.artifactCommands.createArtifact({
    title: "A process",
    kind: "bpmn",
    primaryChatId: chatId,
  });
  return { chatId, artifactId: artifact?.artifactId ?? "" };
}

/** A model of one class with a branch of two, and a patch that waits for review. */
export async function mintPatch(caller: Caller): Promise<Pick<SampleIds, "modelId" | "patchId">> {
  const { artifact } = await caller.artifactCommands.createArtifact({
    title: "A class diagram",
    kind: "uml::class",
    emptyModel: true,
  });
  const modelId = artifact?.artifactId ?? "";
  const add = async (elementId: string, branch: string, baseVersion: bigint) => {
    const operation = { case: "addNode" as const, value: { type: "class", name: elementId, elementId } };
    const operations = [{ id: "1", operation }];
    const request = { artifactId: modelId, branch, baseVersion, operations, requestId: uuidv7() };
    const { result } = await caller.patches.submitChangeSet(request);
    if (result.case !== "ack") throw new Error(`not taken: ${JSON.stringify(result.value?.diagnostics)}`);
  };
  await add("Order", "", artifact?.version ?? 0n);
  await caller.patches.createBranch({ artifactId: modelId, name: "draft" });
  await add("Line", "draft", 1n);
  const target = { selector: { case: "nodeId" as const, value: "Order" } };
  const operation = { case: "rename" as const, value: { target, name: "Purchase" } };
  const operations = [{ id: "1", operation }];
  const { patch } = await caller.patches.proposePatch({ artifactId: modelId, operations });
  return { modelId, patchId: patch?.patchId ?? "" };
}

/** All of it, with a run in the chat that has ended; `said` is in its question and in its answer. */
export async function mintRun(caller: Caller, said = "hello"): Promise<SampleIds> {
  const ids = { ...(await mintChat(caller)), ...(await mintPatch(caller)) };
  const { runId } = await caller.chatCommands.sendMessage({
    chatId: ids.chatId,
    message: { parts: [{ kind: { case: "text", value: { text: `echo ${said}` } } }] },
    requestId: uuidv7(),
  });
  for await (const _ of caller.inference.watchRun({ runId }));
  return { ...ids, runId };
}
