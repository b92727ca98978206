import type { ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { v7 as uuidv7 } from "uuid";
import type { Caller } from "./test-server.ts";

/** A message of one text, as a caller writes it. */
export const saying = (text: string) => ({
  parts: [{ kind: { case: "text" as const, value: { text } } }],
});

/** The texts of a message. */
export const textOf = ({ parts }: Pick<ChatMessage, "parts">): string =>
  parts.flatMap(({ kind }) => (kind.case === "text" ? [kind.value.text] : [])).join("\n");

/** Sends a message, and says so when its run has ended. */
export async function ask(caller: Caller, chatId: string, text: string): Promise<string> {
  const { runId } = await caller.chatCommands.sendMessage({
    chatId,
    message: saying(text),
    requestId: uuidv7(),
  });
  await untilRunEnds(caller, runId);
  return runId;
}

export async function untilRunEnds(caller: Caller, runId: string): Promise<void> {
  for await (const _ of caller.inference.watchRun({ runId }));
}

type NewChat = Parameters<Caller["chatCommands"]["createChat"]>[0];
type NewArtifact = Parameters<Caller["artifactCommands"]["createArtifact"]>[0];

export async function newChatOf(caller: Caller, fields: NewChat = {}): Promise<string> {
  const { chat } = await caller.chatCommands.createChat(fields);
  return chat?.chatId ?? "";
}

export async function newArtifactOf(caller: Caller, fields: NewArtifact = {}): Promise<string> {
  const { artifact } = await caller.artifactCommands.createArtifact({
    title: "Orders",
    kind: "bpmn",
    ...fields,
  });
  return artifact?.artifactId ?? "";
}
