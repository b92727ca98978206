import type { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { ArtifactCommandService } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { ChatVisibility, type MultitaskStrategy } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import type { Client } from "@connectrpc/connect";
import * as fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { saying } from "./messages.ts";

/** What a random history happens to, and what came of it. */
export interface World {
  chats: Client<typeof ChatCommandService>;
  artifacts: Client<typeof ArtifactCommandService>;
  chatIds: Set<string>;
  artifactIds: Set<string>;
  /** Stores an answer of the run that is on in the chat, or of a run that is not. */
  answer(chatId: string, ofItsRun: boolean): Promise<unknown>;
}

/** An id for each thing that a command may name, and a value for each that it may set. */
interface Values {
  chatId: string;
  artifactId: string;
  title: string;
  visibility: ChatVisibility;
  relationType: RelationType;
  text: string;
  strategy: MultitaskStrategy;
  metadata: { description?: string; tags?: string[]; labels?: Record<string, string> } | undefined;
}

const COMMANDS = {
  createChat: async ({ chats, chatIds }: World, { chatId: _, artifactId: _also, ...given }: Values) =>
    chatIds.add(
      (await chats.createChat({ ...given, title: given.text.length > 60 ? "" : given.title })).chat?.chatId ??
        "",
    ),
  createChatAbout: async ({ chats, chatIds }: World, { artifactId, visibility }: Values) =>
    chatIds.add((await chats.createChat({ artifactId, visibility })).chat?.chatId ?? ""),
  createArtifact: async ({ artifacts, artifactIds }: World, { title }: Values) =>
    artifactIds.add((await artifacts.createArtifact({ title, kind: "bpmn" })).artifact?.artifactId ?? ""),
  createArtifactInChat: async ({ artifacts, artifactIds }: World, { title, chatId }: Values) => {
    const labels = { a: title };
    const made = await artifacts.createArtifact({ title, kind: "bpmn", labels, primaryChatId: chatId });
    artifactIds.add(made.artifact?.artifactId ?? "");
  },
  send: ({ chats }: World, { chatId, text, strategy }: Values) =>
    chats.sendMessage({
      chatId,
      message: saying(text),
      requestId: uuidv7(),
      multitaskStrategy: strategy,
    }),
  ensureAndSend: async ({ chats, chatIds }: World, { artifactId, text, visibility }: Values) => {
    const request = { artifactId, message: saying(text), visibility, requestId: uuidv7() };
    chatIds.add((await chats.ensureChatForArtifactAndSendMessage(request)).chatId);
  },
  ensureInChatAndSend: ({ chats }: World, { artifactId, chatId, text }: Values) =>
    chats.ensureChatForArtifactAndSendMessage({
      artifactId,
      chatId,
      message: saying(text),
      requestId: uuidv7(),
    }),
  answer: ({ answer }: World, { chatId }: Values) => answer(chatId, true),
  answerOfAnotherRun: ({ answer }: World, { chatId }: Values) => answer(chatId, false),
  rename: ({ chats }: World, { chatId, title }: Values) => chats.updateChatTitle({ chatId, title }),
  renameArtifact: ({ artifacts }: World, { artifactId, title }: Values) =>
    artifacts.renameArtifact({ artifactId, title }),
  share: ({ chats }: World, { chatId, visibility }: Values) => chats.updateVisibility({ chatId, visibility }),
  link: ({ chats }: World, { chatId, artifactId, relationType }: Values) =>
    chats.associateArtifact({ chatId, artifactId, relationType }),
  linkFromArtifact: ({ artifacts }: World, { chatId, artifactId, relationType }: Values) =>
    artifacts.associateChat({ chatId, artifactId, relationType }),
  unlink: ({ artifacts }: World, { chatId, artifactId }: Values) =>
    artifacts.dissociateChat({ chatId, artifactId }),
  delete: ({ chats }: World, { chatId }: Values) => chats.deleteChat({ chatId }),
};

type Name = keyof typeof COMMANDS;

/** A command before it is known what there is to name. */
export interface RandomCommand extends Omit<Values, "chatId" | "artifactId"> {
  name: Name;
  chat: number;
  artifact: number;
}

const names = Object.keys(COMMANDS) as Name[];
/** What can be named must come about first, and an end is for ever. */
const often: readonly Name[] = ["createChat", "createArtifact", "send", "answer", "link", "share"];
const others = names.filter((name) => name !== "delete");

const word = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 9 });
const { PRIVATE, TEAM, TENANT } = ChatVisibility;

export const randomCommand: fc.Arbitrary<RandomCommand> = fc.record({
  name: fc.constantFrom(...names, ...others, ...often),
  chat: fc.nat({ max: 3 }),
  artifact: fc.nat({ max: 3 }),
  // Sometimes the same again, so that some changes change nothing.
  title: fc.oneof(fc.constantFrom("A", "B"), word),
  visibility: fc.constantFrom(PRIVATE, TEAM, TENANT),
  relationType: fc.constantFrom(...[0, 1, 2, 3].map((n): RelationType => n)),
  text: fc.oneof(fc.constant(" \n"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 })),
  strategy: fc.constantFrom(...[1, 2, 2, 3, 4].map((n): MultitaskStrategy => n)),
  metadata: fc.option(
    fc.oneof(
      fc.constant({}),
      fc.record({
        description: word,
        tags: fc.array(fc.constant("a"), { maxLength: 1 }),
        labels: fc.dictionary(word, word),
      }),
    ),
    { nil: undefined },
  ),
});

/** Gives the command, about things that there are, if there are any. */
export async function giveCommand(world: World, { name, chat, artifact, ...values }: RandomCommand) {
  const oneOf = (ids: ReadonlySet<string>, n: number) => [...ids][n % (ids.size || 1)] ?? uuidv7();
  const about = { chatId: oneOf(world.chatIds, chat), artifactId: oneOf(world.artifactIds, artifact) };
  await COMMANDS[name](world, { ...values, ...about });
}
