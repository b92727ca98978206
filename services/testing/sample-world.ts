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

/** The same with a run in the chat that has ended; `said` is in its question and in its answer. */
export async function mintRun(caller: Caller, said = "hello"): Promise<SampleIds> {
  const ids = await mintChat(caller);
  const { runId } = await caller.chatCommands.sendMessage({
    chatId: ids.chatId,
    message: { parts: [{ kind: { case: "text", value: { text: `echo ${said}` } } }] },
    requestId: uuidv7(),
  });
  for await (const _ of caller.inference.watchRun({ runId }));
  return { ...ids, runId };
}
